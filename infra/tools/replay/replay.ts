import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import type { KafkaSettings } from '../../../services/lib/kafka/client';
import { topics } from '../../../services/lib/topics';
import type { Checkpoint } from './checkpoint';
import { loadProgress, rawEnds } from './loaded';
import { count, ProgressLine, seconds } from './progress';
import { type Unrepaired, waitUntilRepaired } from './repaired';
import { type Rejected, sendChunk } from './send';
import { chunks, FlightWindow } from './window';

export interface ReplayOptions {
  /** NDJSON of events; `-` is standard input. */
  file: string;
  /** Name of the source adapter; `events` is our own form. */
  source: string;
  ingestUrl: string;
  /** Where ingest asks for one. */
  ingestKey?: string;
  kafka: KafkaSettings;
  clickhouse: ClickHouseClient;
  checkpoint: Checkpoint;
  rejectsFile: string;
  maxRequests: number;
}

export interface ReplayResult {
  accepted: number;
  rejected: number;
  /** Count of refused lines by reason. */
  reasons: Record<string, number>;
  /** Late events that are in no session when it ends. */
  unrepaired: Unrepaired;
  sentMs: number;
  loadedMs: number;
}

/** Event time in flight at once; the lateness is an hour and the simulator's longest delay in time half of one. */
const maxInFlightMs = 10 * 60_000;
/** A load that does not move for this long is told, not waited for. */
const stalledAfterMs = 3 * 60_000;

/**
 * Sends a file through ingest, in order, and waits until ClickHouse holds all that came of it: what was loaded, then
 * the sessions that the repair of late events revised.
 */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  const progress = new ProgressLine();
  const startedAt = Date.now();
  const sent = await sendAll(options, progress, startedAt);
  const sentMs = Date.now() - startedAt;
  progress.end(
    `sent ${count(sent.accepted)} events in ${seconds(sentMs)} (${count(Math.round((sent.accepted / sentMs) * 1_000))} events/s)` +
      (sent.rejected > 0 ? `, ${count(sent.rejected)} refused: see ${options.rejectsFile}` : ''),
  );
  await waitUntilLoaded(options, progress);
  const loadedMs = Date.now() - startedAt;
  progress.end(`loaded: everything sent is in ClickHouse after ${seconds(loadedMs)}`);
  const unrepaired = await waitUntilRepaired(options.clickhouse, progress, { startedAt });
  options.checkpoint.clear();
  return { ...sent, unrepaired, sentMs, loadedMs };
}

async function sendAll(options: ReplayOptions, progress: ProgressLine, startedAt: number) {
  const url =
    options.source === 'events'
      ? `${options.ingestUrl}/v1/events`
      : `${options.ingestUrl}/v1/sources/${options.source}`;
  const window = new FlightWindow(options.maxRequests, maxInFlightMs);
  const skip = options.checkpoint.read();
  if (skip > 0) progress.end(`going on after line ${count(skip)}, where an earlier replay of this file stopped`);
  const result = { accepted: 0, rejected: 0, reasons: {} as Record<string, number> };
  const rejects = rejectWriter(options.rejectsFile);
  let failure: Error | undefined;
  let admitted = skip;
  let checkpointedAt = Date.now();
  const flights = new Set<Promise<void>>();
  const input = options.file === '-' ? process.stdin : createReadStream(options.file);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  for await (const chunk of chunks(lines, skip, { maxLines: 500, maxBytes: 2_000_000, maxSpanMs: maxInFlightMs / 2 })) {
    await window.admit(chunk);
    if (failure) break;
    admitted = chunk.lastLine;
    const flight = sendChunk(
      url,
      chunk,
      (reason) => progress.show(`ingest does not take it (${reason}), trying again`),
      options.ingestKey,
    )
      .then(({ accepted, rejected }) => {
        result.accepted += accepted;
        result.rejected += rejected.length;
        for (const one of rejected) {
          const reason = one.errors[0]?.reason ?? 'unknown';
          result.reasons[reason] = (result.reasons[reason] ?? 0) + 1;
          rejects.write(one);
        }
      })
      .catch((error: Error) => {
        failure ??= error;
      })
      .finally(() => {
        window.land(chunk);
        flights.delete(flight);
        progress.show(`sent ${count(result.accepted)} events, ${seconds(Date.now() - startedAt)}`);
        if (!failure && Date.now() - checkpointedAt > 1_000) {
          checkpointedAt = Date.now();
          options.checkpoint.write(window.landedUpTo(admitted));
        }
      });
    flights.add(flight);
  }
  await Promise.all(flights);
  await rejects.close();
  if (failure) throw failure;
  options.checkpoint.write(admitted);
  return result;
}

/** Keeps what was refused, whole, with the reasons; the file is made only when there is something to keep. */
function rejectWriter(path: string) {
  let stream: ReturnType<typeof createWriteStream> | undefined;
  return {
    write: (rejected: Rejected) => {
      stream ??= createWriteStream(path, { flags: 'a' });
      stream.write(`${JSON.stringify(rejected)}\n`);
    },
    close: () => new Promise<void>((resolve) => (stream ? stream.end(resolve) : resolve())),
  };
}

/** Waits until ClickHouse holds all that the raw topic holds now. */
export async function waitUntilLoaded(
  options: Pick<ReplayOptions, 'kafka' | 'clickhouse'>,
  progress: ProgressLine,
): Promise<void> {
  const ends = await rawEnds(options.kafka);
  let last = -1;
  let movedAt = Date.now();
  for (;;) {
    const state = await loadProgress(options.clickhouse, ends, ends.size).catch(() => undefined);
    if (state?.done) return;
    if (state && state.loaded !== last) {
      last = state.loaded;
      movedAt = Date.now();
    }
    if (Date.now() - movedAt > stalledAfterMs) {
      throw new Error(
        `${topics.enriched} and ${topics.sessions} have not moved for ${seconds(stalledAfterMs)}: see \`make status\` and \`make logs\``,
      );
    }
    progress.show(
      state
        ? `loaded ${count(state.loaded)} of ${count(state.total)} raw records, ${count(state.total - state.loaded)} to go`
        : 'ClickHouse does not answer, waiting',
    );
    await sleep(200);
  }
}
