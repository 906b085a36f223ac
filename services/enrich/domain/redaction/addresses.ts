import type { Span } from './numbers';

/** A word of a street's name; short words between (`da`, `of`) too. */
const word = "[\\p{L}\\p{N}][\\p{L}\\p{N}.'’-]{0,24}";
/** Only what is hardly anything else: a kind of street and a number, or a postcode of an unmistakable shape. */
const patterns: readonly RegExp[] = [
  new RegExp(
    `(?<![\\p{L}\\p{N}])\\d{1,5}[A-Za-z]?,? (?:(?!and |or |the |of )${word} ){1,4}(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|crescent|close|place|square|terrace|highway)(?![\\p{L}\\p{N}])\\.?(?:,? (?:apt|apartment|flat|suite|unit) ?\\w{1,6})?`,
    'giu',
  ),
  new RegExp(
    `(?<![\\p{L}\\p{N}])(?:rua|r\\.|avenida|av\\.?|travessa|tv\\.|praça|alameda|estrada|rodovia|largo|beco) (?:${word} ){0,6}?${word},? ?(?:n[.º°o]{0,2} ?|número )?\\d{1,5}(?!\\p{L})(?:,? ?(?:apt[o.]?|apto\\.?|bloco|bl\\.|andar|casa|ap\\.?) ?\\w{1,6}){0,2}`,
    'giu',
  ),
  /(?<!\p{L})(?:في )?(?:شارع|زنقة|زقاق|حي) (?:[\p{L}]{1,20} ){0,4}?\p{L}{1,20}[،,]? ?(?:رقم |عمارة |مبنى |فيلا |منزل |بناية ){0,2}\d{1,5}(?!\d)/gu,
  // Brazilian, British and Portuguese postcodes.
  /(?<![\d-])\d{5}-\d{3}(?![\d-])/g,
  /(?<![A-Za-z0-9])(?:[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2})(?![A-Za-z0-9])/g,
  /(?<![\d-])\d{4}-\d{3} \p{Lu}\p{L}{2,20}/gu,
];

/** Postal addresses, where they are reliable: a street with its number, and postcodes. Names of towns alone are not. */
export function addressesIn(folded: string): Span[] {
  if (!/\d/.test(folded)) return [];
  return patterns.flatMap((pattern) =>
    Array.from(folded.matchAll(pattern), (match) => ({ start: match.index, end: match.index + match[0].length })),
  );
}
