/**
 * Puts `replacement` in the place of one of kafkajs' own modules. Only while kafkajs is not loaded: what it has already
 * destructured from a module would stay as it was, without a word.
 */
export function replaceModule<T>(path: string, replacement: T): void {
  if (require.cache[require.resolve('kafkajs')]) throw new Error(`${path} must be replaced before kafkajs is loaded`);
  require(path);
  (require.cache[require.resolve(path)] as NodeModule).exports = replacement;
}
