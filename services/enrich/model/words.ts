/** A glossary: words of a language said in English one by one, so that an English model reads what it never saw. */
import { CueFinder } from './cues';
import type { Features } from './features';

export class Glossary {
  private readonly finder: CueFinder;
  private readonly english: string[];

  /** `words`: cue (see cues.ts) -> English; an empty word says nothing. */
  constructor(words: Record<string, string>) {
    const cues = Object.keys(words);
    this.english = cues.map((cue) => words[cue]!);
    this.finder = new CueFinder(cues.map((cue) => [cue]));
  }

  /** The text that `features` holds, in English words; what the glossary lacks stays as it is. */
  say(features: Features): string {
    const { tokens, units, starts } = features;
    const best: (string | undefined)[] = [];
    const length: number[] = [];
    for (const hit of this.finder.find(features)) {
      if ((length[hit.token] ?? 0) > hit.length) continue;
      length[hit.token] = hit.length;
      best[hit.token] = this.english[hit.group];
    }
    const out: string[] = [];
    for (let t = 0; t < tokens; ) {
      const said = best[t];
      if (said !== undefined) {
        if (said !== '') out.push(said);
        t += length[t]!;
        continue;
      }
      let stop = starts[t]! + 1;
      while (units[stop] !== 32) stop++;
      out.push(String.fromCharCode(...units.subarray(starts[t]! + 1, stop)));
      t++;
    }
    return out.join(' ');
  }
}
