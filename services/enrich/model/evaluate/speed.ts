/**
 * How fast texts of 15 words are read, all of language, intent, emotion and desire, the language not told; by the processor's
 * time, so that a busy machine matters less. The texts are those of the sets, none twice while they last: what is kept of words met
 * before helps only as much as words repeat.
 */
import { loadTextReader } from '../load';
import { arbanking77, banking77, brighter, clinc150, goemotions } from '../train/data';
import { random } from '../train/svm';

const words = 15;
const rounds = 5;

type Texts = Record<'en' | 'pt' | 'ar', string[]>;

export interface Speed {
  loadMs: number;
  /** By language, and `mixed`: a third each. */
  perSecond: Record<string, number>;
}

/** One after the other, in an order by chance, cut into texts of 15 words. */
function cut(rows: { text: string }[]): string[] {
  const next = random(1);
  const order = rows.map((row) => ({ row, at: next() })).sort((a, b) => a.at - b.at);
  const all = order.flatMap(({ row }) => row.text.split(/\s+/).filter(Boolean));
  return Array.from({ length: Math.floor(all.length / words) }, (_, i) =>
    all.slice(i * words, (i + 1) * words).join(' '),
  );
}

export function textsOf15Words(folder: string): Texts {
  const of = (...names: string[]) =>
    names.flatMap((n) => [...brighter(folder, n, 'train'), ...brighter(folder, n, 'dev')]);
  return {
    en: cut([...goemotions(folder, 'dev'), ...banking77(folder), ...clinc150(folder).val, ...of('eng')]),
    pt: cut(of('ptbr', 'ptmz')),
    ar: cut([...arbanking77(folder, 'val'), ...of('arq', 'ary')]),
  };
}

export function measureSpeed(pack: string, texts: Texts): Speed {
  const loading = process.cpuUsage();
  const reader = loadTextReader({ pack, shareAlike: true });
  const loaded = process.cpuUsage(loading);
  const few = Math.min(...Object.values(texts).map((t) => t.length));
  const mixed = Array.from({ length: few }, (_, i) => [texts.en[i]!, texts.pt[i]!, texts.ar[i]!]).flat();
  const perSecond: Record<string, number> = {};
  for (const [language, all] of Object.entries({ mixed, ...texts })) {
    // The first round warms up; of the others the best, for what else runs on the machine only ever takes time.
    const size = Math.floor(all.length / rounds);
    const speeds = Array.from({ length: rounds }, (_, round) => {
      const before = process.cpuUsage();
      for (let i = round * size; i < (round + 1) * size; i++) reader.read(all[i]!);
      const { user, system } = process.cpuUsage(before);
      return size / ((user + system) / 1e6);
    });
    perSecond[language] = Math.round(Math.max(...speeds.slice(1)));
  }
  return { loadMs: (loaded.user + loaded.system) / 1000, perSecond };
}
