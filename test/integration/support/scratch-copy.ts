import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './build';

/** What a developer would do to the sources: the text behind which something is added, or that gives way to something. */
export interface Edit {
  file: string;
  find: string;
  /** `$&` stands for what was found. */
  put: string;
}

const copied = ['services', 'schemas', 'infra', 'dashboards', 'package.json', 'tsconfig.json'];

/** The sources beside the project's own, to be changed: nothing of the project is. */
export class ScratchCopy {
  private constructor(readonly root: string) {}

  static make(name: string): ScratchCopy {
    const root = join(projectRoot, '.local', name);
    rmSync(root, { recursive: true, force: true });
    mkdirSync(root, { recursive: true });
    for (const part of copied) cpSync(join(projectRoot, part), join(root, part), { recursive: true });
    symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'));
    return new ScratchCopy(root);
  }

  read(file: string): string {
    return readFileSync(join(this.root, file), 'utf8');
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.root, file), text);
  }

  /** Throws where the text to be found is not there exactly once: the recipe no longer fits the sources. */
  edit({ file, find, put }: Edit): void {
    const parts = this.read(file).split(find);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${find}`);
    this.write(file, parts.join(put.replace('$&', find)));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
