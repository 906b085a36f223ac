import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';
import { withLock } from '../../../infra/local/lock';
import { projectRoot } from './build';

/** Chromium's headless shell with the libraries that it needs beside libc, as a package of npm. */
const version = '153.0.0';
const sha512 = 'jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==';
const run = promisify(execFile);

/** It is built for Linux on x64 alone; elsewhere CHROMIUM may name another one. */
export const hasChromium =
  process.env.CHROMIUM !== undefined || (process.platform === 'linux' && process.arch === 'x64');

/** The folder of it under `.local/tools`, fetched when it is not there yet; 220 MB. */
async function fetched(): Promise<string> {
  const tools = join(projectRoot, '.local', 'tools');
  const folder = join(tools, `chromium-${version}`);
  mkdirSync(tools, { recursive: true });
  await withLock(
    join(tools, 'chromium.lock'),
    { waitMs: 240_000, holderDoes: 'is fetching Chromium' },
    async () => void (existsSync(folder) || (await fetchInto(folder))),
  );
  return folder;
}

async function fetchInto(folder: string): Promise<void> {
  const draft = `${folder}.unfinished`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft);
  try {
    await run('npm', ['pack', '--silent', `@sparticuz/chromium@${version}`], { cwd: draft });
    const archive = join(draft, `sparticuz-chromium-${version}.tgz`);
    const found = createHash('sha512').update(readFileSync(archive)).digest('base64');
    if (found !== sha512) throw new Error(`Chromium ${version} came with another checksum: ${found}`);
    await run('tar', ['-xzf', archive, '-C', draft]);
    const unzip = async (name: string): Promise<Buffer> =>
      promisify(brotliDecompress)(readFileSync(join(draft, 'package', 'bin', name)));
    writeFileSync(join(draft, 'chromium'), await unzip('chromium.br'), { mode: 0o755 });
    writeFileSync(join(draft, 'lib.tar'), await unzip('al2023.tar.br'));
    await run('tar', ['-xf', join(draft, 'lib.tar'), '-C', draft]);
    for (const used of [archive, join(draft, 'package'), join(draft, 'lib.tar')]) rmSync(used, { recursive: true });
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Starts it. Without its sandbox: tests run as root in places, and open nothing but pages of their own. */
export async function startChromium(): Promise<Browser> {
  const own = process.env.CHROMIUM;
  const folder = own ? undefined : await fetched();
  return chromium.launch({
    executablePath: own ?? join(folder as string, 'chromium'),
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...(folder && { LD_LIBRARY_PATH: join(folder, 'lib') }) },
    args: ['--no-sandbox', '--no-zygote', '--disable-webgl', '--disable-dev-shm-usage'],
  });
}
