/** How fast texts of 15 words are read, by the processor's time so that a busy machine does not matter, and how long loading takes. */
import { loadTextReader } from '../load';

const words = (text: string) => text.split(' ').slice(0, 15).join(' ');
const samples: [text: string, language: string][] = [
  ['I ordered a new card two weeks ago and it has still not arrived can you tell me', 'en'],
  ['your app keeps crashing when I try to log in please fix it or I will cancel today', 'en'],
  ['quero saber por que fui cobrado duas vezes na minha fatura deste mês e quando vão devolver o', 'pt'],
  ['بدي اعرف ليش ما وصلت بطاقتي الجديدة لحد الان وايمتى بتوصل لاني محتاجها كتير قبل السفر', 'ar'],
  ['bghit n3ref 3lach lcarte dyali mazal ma weslatch o fo9ach ghadi twsel hit khassni nsafer daba', 'ar'],
];

export interface Speed {
  pack: string;
  language: string;
  textsPerSecond: number;
  loadMs: number;
}

export function measureSpeed(pack: string, texts = 20_000): Speed[] {
  const loading = process.cpuUsage();
  const reader = loadTextReader({ pack, shareAlike: true });
  const loaded = process.cpuUsage(loading);
  const loadMs = (loaded.user + loaded.system) / 1000;
  const run = (language: string, of: string[]): Speed => {
    for (let i = 0; i < texts / 4; i++) reader.read(of[i % of.length]!);
    const before = process.cpuUsage();
    for (let i = 0; i < texts; i++) reader.read(of[i % of.length]!);
    const spent = process.cpuUsage(before);
    return { pack, language, textsPerSecond: Math.round(texts / ((spent.user + spent.system) / 1e6)), loadMs };
  };
  const all = samples.map(([text]) => words(text));
  return [
    run('all', all),
    ...['en', 'pt', 'ar'].map((language) =>
      run(
        language,
        samples.filter(([, l]) => l === language).map(([t]) => words(t)),
      ),
    ),
  ];
}
