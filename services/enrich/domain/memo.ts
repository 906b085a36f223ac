/** What was computed lately of a text, for at least `size` different ones and at most twice as many. */
export class Memo {
  private young = new Map<string, string>();
  private old = new Map<string, string>();

  constructor(private readonly size: number) {}

  /** What `compute` gave for the text, or gives now; it must always give the same. */
  of(text: string, compute: () => string): string {
    let known = this.young.get(text);
    if (known !== undefined) return known;
    known = this.old.get(text) ?? compute();
    if (this.young.size >= this.size) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(text, known);
    return known;
  }
}
