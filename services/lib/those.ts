/** As `filter`, but the same list where nothing is left out: of lists of a hundred thousand a copy is what costs. */
export function those<T>(list: readonly T[], isOne: (item: T) => boolean): T[] {
  return list.every(isOne) ? (list as T[]) : list.filter(isOne);
}
