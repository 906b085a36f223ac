/** Check digits. All take the bare characters, of the right length, and answer whether they hold. */

const digit = (text: string, at: number): number => text.charCodeAt(at) - 48;

/** Cards, Emirates ids, Saudi ids. */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let at = digits.length - 1, isDoubled = false; at >= 0; at--, isDoubled = !isDoubled) {
    const value = digit(digits, at) * (isDoubled ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

/** ISO 7064 mod 97-10 over letters as 10 to 35; `iban` in capitals, without spaces. */
export function mod97(iban: string): boolean {
  let rest = 0;
  for (const char of iban.slice(4) + iban.slice(0, 4)) {
    const code = char.charCodeAt(0);
    rest = code < 58 ? (rest * 10 + code - 48) % 97 : (rest * 100 + code - 55) % 97;
  }
  return rest === 1;
}

const isOneDigit = (digits: string): boolean => digits === digits[0].repeat(digits.length);

/** Brazilian CPF, 11 digits. */
export function cpf(digits: string): boolean {
  const check = (length: number): number => {
    let sum = 0;
    for (let at = 0; at < length; at++) sum += digit(digits, at) * (length + 1 - at);
    return ((sum * 10) % 11) % 10;
  };
  return !isOneDigit(digits) && check(9) === digit(digits, 9) && check(10) === digit(digits, 10);
}

/** Brazilian CNPJ, 14 characters: capitals count by their code (since 2026 all but the last two may be letters). */
export function cnpj(chars: string): boolean {
  const check = (length: number): number => {
    let sum = 0;
    for (let at = length - 1, weight = 2; at >= 0; at--, weight = weight === 9 ? 2 : weight + 1) {
      sum += digit(chars, at) * weight;
    }
    const rest = sum % 11;
    return rest < 2 ? 0 : 11 - rest;
  };
  return !isOneDigit(chars) && check(12) === digit(chars, 12) && check(13) === digit(chars, 13);
}

/** United States social security number, 9 digits: no check digit, only numbers that are never given. */
export const ssn = (digits: string): boolean =>
  !/^(?:000|666|9)/.test(digits) && digits.slice(3, 5) !== '00' && digits.slice(5) !== '0000';

/** Portuguese NIF, 9 digits. */
export function nif(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < 8; at++) sum += digit(digits, at) * (9 - at);
  const rest = sum % 11;
  return digit(digits, 8) === (rest < 2 ? 0 : 11 - rest);
}

/** Egyptian national id, 14 digits: century, a day that there is, governorate. */
export function egyptian(digits: string): boolean {
  const month = Number(digits.slice(3, 5));
  const day = Number(digits.slice(5, 7));
  const place = Number(digits.slice(7, 9));
  return (
    /^[23]/.test(digits) &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 31 &&
    place >= 1 &&
    (place <= 35 || place === 88)
  );
}
