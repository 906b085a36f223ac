import { count, type ProgressLine, seconds } from '../replay/progress';
import { adminHeaders, type ToolSettings } from '../settings';

/** What load answers to a round; see services/load/follow-ups. */
interface Round {
  result: string;
  written_days: number;
  waiting_days: number;
  error?: string;
}

/** Has load write down what followed contacts, for as long as days wait. A load that refuses is told, not waited for. */
export async function writeFollowUps(
  { loadUrls: [url], loadAdminToken }: Pick<ToolSettings, 'loadUrls' | 'loadAdminToken'>,
  progress: ProgressLine,
): Promise<void> {
  const startedAt = Date.now();
  let written = 0;
  for (;;) {
    let round: Round;
    try {
      const response = await fetch(`${url}/admin/follow-ups`, {
        method: 'POST',
        headers: adminHeaders(loadAdminToken),
      });
      round = (await response.json()) as Round;
    } catch (error) {
      return progress.end(`what followed contacts is not written: load at ${url}: ${(error as Error).message}`);
    }
    if (round.error) return progress.end(`what followed contacts is not written: ${round.error}`);
    written += round.written_days;
    if (round.waiting_days === 0) break;
    progress.show(`what followed contacts: ${count(round.waiting_days)} days wait`);
  }
  progress.end(`written: what followed contacts, ${count(written)} days, after ${seconds(Date.now() - startedAt)}`);
}
