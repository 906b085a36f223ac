import type { Admin } from '../lib/kafka/kafkajs';
import type { LoadMetrics } from './metrics';

const everyMs = 5_000;

/** Asks every 5 s for the ends of the topics; returns what ends it. A broker that does not answer is asked again. */
export function watchLag(admin: Admin, topics: readonly string[], metrics: LoadMetrics): () => void {
  let asking = false;
  const ask = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    try {
      for (const topic of topics) {
        const bounds = await admin.fetchTopicOffsets(topic);
        const ends = new Map(bounds.map(({ partition, high }) => [partition, Number(high)]));
        metrics.observeEnds(topic, ends, Date.now());
      }
    } catch {
      // The loops say when Kafka cannot be reached.
    } finally {
      asking = false;
    }
  };
  const timer = setInterval(() => void ask(), everyMs);
  return () => clearInterval(timer);
}
