export const pageBytes = 65_536;

/** Views over a memory, and room in it. */
export abstract class Room {
  i8 = new Int8Array();
  i16 = new Int16Array();
  i32 = new Int32Array();
  f32 = new Float32Array();
  f64 = new Float64Array();
  private end = 0;

  constructor(protected buffer: ArrayBuffer) {
    this.view();
  }

  place(bytes: number): number {
    const at = this.end;
    this.end += Math.ceil(bytes / 16) * 16;
    if (this.end > this.buffer.byteLength) {
      this.buffer = this.grown(Math.ceil(this.end / pageBytes));
      this.view();
    }
    return at;
  }

  /** The memory with so many pages, its content kept. */
  protected abstract grown(pages: number): ArrayBuffer;

  private view(): void {
    this.i8 = new Int8Array(this.buffer);
    this.i16 = new Int16Array(this.buffer);
    this.i32 = new Int32Array(this.buffer);
    this.f32 = new Float32Array(this.buffer);
    this.f64 = new Float64Array(this.buffer);
  }
}
