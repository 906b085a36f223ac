/** How a sequence becomes one value: `step` takes the next item into an accumulator, in place. */
export interface Folding<Item, Acc> {
  start(): Acc;
  step(acc: Acc, item: Item): void;
  copy(acc: Acc): Acc;
}

const every = 256;

/**
 * A fold over an ordered list that items may be inserted into anywhere. Appending costs one step; an insertion goes back
 * to the last copy kept before it (one in 256 items), so its cost is what lies behind the place, not the whole list.
 */
export class CheckpointedFold<Item, Acc> {
  private kept: Acc[] | undefined;
  private acc: Acc | undefined;
  private folded = 0;

  constructor(
    private readonly folding: Folding<Item, Acc>,
    readonly items: Item[] = [],
  ) {}

  insert(index: number, item: Item): void {
    if (index === this.items.length) this.items.push(item);
    else this.items.splice(index, 0, item);
    if (index >= this.folded) return;
    const copies = Math.floor(index / every);
    if (this.kept) this.kept.length = Math.min(this.kept.length, copies);
    this.acc = copies === 0 ? undefined : this.folding.copy((this.kept as Acc[])[copies - 1]);
    this.folded = copies * every;
  }

  /** The fold of all items. It belongs to this list: the next change may alter it. */
  value(): Acc {
    const { items, folding } = this;
    this.acc ??= folding.start();
    while (this.folded < items.length) {
      folding.step(this.acc, items[this.folded]);
      this.folded += 1;
      if (this.folded % every !== 0) continue;
      this.kept ??= [];
      this.kept.push(folding.copy(this.acc));
    }
    return this.acc;
  }

  /** Gives up the fold of a short list: it is quickly made again when it is next asked for. */
  release(): void {
    if (this.kept) return;
    this.acc = undefined;
    this.folded = 0;
  }
}
