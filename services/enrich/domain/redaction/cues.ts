/** What the words before a number say it is. */
export type Cue = 'phone' | 'other' | 'id' | undefined;

const window = 40;

const words: readonly [Exclude<Cue, undefined>, string][] = [
  [
    'phone',
    `(?<![a-z])(?:phone|ph(?=[#.:])|tel|telephone|mobile|cell|cellphone|mob|call|calling|ring|text me|sms|dial|whats ?app|whats|wpp|zap|` +
      `fone|telefone|telem[oó]vel|celular|cel|ligue|liga|ligar|liguem|ligarem|contac?to|contact me|reach me|fax)(?![a-z])|` +
      'هاتف|هاتفي|جوال|جوالي|موبايل|موبايلي|رقمي|اتصل|اتصلوا|الاتصال|كلمني|كلموني|واتساب|واتس|تلفون|نقال|محمول|نمرتي|عيطو|عيط',
  ],
  [
    'id',
    `(?<![a-z])(?:ssn|social security|national id|id (?:card|number|no)|iqama|passport|passaporte|cpf|cnpj|rg|nif|contribuinte|bi|cc|cin|cnie|` +
      `identidade|cart[aã]o de cidad[aã]o|carte nationale|nino|national insurance)(?![a-z])|` +
      'هوية|الهوية|إقامة|الإقامة|اقامة|الاقامة|البطاقة الوطنية|بطاقة وطنية|الرقم القومي|الرقم الوطني|جواز',
  ],
  [
    'other',
    `(?<![a-z])(?:order|orders|invoice|tracking|track|ref|reference|ticket|case|protocol|serial|model|account|contract|parcel|shipment|` +
      `sku|item|article|product|amount|total|paid|price|charged|balance|code|pin|booking|policy|flight|imei|meter|version|build|ip|` +
      `pedido|encomenda|fatura|factura|nota|rastreio|rastreamento|protocolo|c[oó]digo|conta|contrato|refer[eê]ncia|valor|pre[cç]o|` +
      `reserva|s[eé]rie|boleto|compra|chamado|processo|lote|modelo|ap[oó]lice|contador)(?![a-z])|` +
      `(?<!(?:ph|phone|tel|cell|mobile)[. ]?)#|nº|n°|[$€£]|r\\$|(?<![a-z])(?:aed|sar|mad|usd|eur|brl|egp|gbp)(?![a-z])|` +
      'طلب|الطلب|طلبي|طلبية|فاتورة|الفاتورة|شحنة|الشحنة|تتبع|مرجع|تذكرة|حساب|الحساب|عقد|مبلغ|سعر|كود|رمز|حجز|بلاغ|ريال|درهم|دينار|جنيه|تسلسلي',
  ],
];

const cue = new RegExp(words.map(([name, pattern]) => `(?<${name}>${pattern})`).join('|'), 'gi');

/** The last such word among the characters before `start`. Bounded. A word that tells what else it is tells it of the next number only. */
export function cueBefore(folded: string, start: number): Cue {
  const before = folded.slice(Math.max(0, start - window), start);
  if (!/[^\s\d.+()/-]/.test(before)) return undefined;
  let last: Cue;
  const lastNumber = before.search(/[\d\ue000]{5}(?!.*[\d\ue000]{5})/s);
  for (const { groups, index } of before.matchAll(cue)) {
    if (groups?.other !== undefined && index < lastNumber) continue;
    last = groups?.phone !== undefined ? 'phone' : groups?.id !== undefined ? 'id' : 'other';
  }
  return last;
}

const saysPhone =
  /^[\s,]{0,2}(?:is my (?:phone|number|mobile|cell)|é (?:o )?meu (?:n[uú]mero|telefone|telem[oó]vel|celular|zap|whats)|(?:هذا |هو )?(?:رقمي|جوالي|هاتفي))/i;

export const saysPhoneAfter = (folded: string, end: number): boolean => saysPhone.test(folded.slice(end, end + window));

/** The same before a number, for one kind of id. */
export const saidBefore = (folded: string, start: number, pattern: RegExp): boolean =>
  pattern.test(folded.slice(Math.max(0, start - window), start));
