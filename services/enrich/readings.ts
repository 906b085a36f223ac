import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Registry } from 'prom-client';
import type { Log } from '../lib/log';
import type { EnrichMetrics } from './metrics';
import { modelServerMetrics } from './metrics';
import { defaultDirectory, loadTextReader } from './model/load';
import type { Labels } from './model-server/protocol';
import { ServedReadings } from './model-server/served-readings';
import type { ModelServerSettings } from './model-server/settings';
import type { EnrichSettings } from './settings';
import { EmbeddedReadings, type TextReadings } from './texts';

/** Who reads customers' texts, by the settings; undefined: nobody. Throws when the parameters of the models are not there. */
export function readingsOf(
  settings: EnrichSettings,
  registry: Registry,
  metrics: EnrichMetrics,
  log: Log,
): TextReadings | undefined {
  if (!settings.READ_TEXTS) return undefined;
  const { TEXT_INTENTS: pack, TEXT_MODELS_SHARE_ALIKE: shareAlike, TEXT_MODELS_DIR: directory } = settings;
  const reader = loadTextReader({ pack, shareAlike, directory });
  const embedded = new EmbeddedReadings(reader, metrics);
  const { MODEL_SERVER_URL: url } = settings;
  if (url === undefined) return embedded;
  log.warn({ host: new URL(url).host }, 'redacted texts of customers leave for a model server');
  const served: ModelServerSettings = { ...settings, MODEL_SERVER_URL: url };
  const labels = labelsIn(directory ?? defaultDirectory(), pack);
  return new ServedReadings(served, embedded, labels, modelServerMetrics(registry, metrics), log);
}

const emotions = ['anger', 'disgust', 'fear', 'joy', 'sadness', 'surprise', 'neutral'];

/** The labels of a pack and of desires, which are data beside the models. A pack that lists none (it has those of its set) leaves them open. */
function labelsIn(directory: string, pack: string): Labels {
  const listed = (file: string, field: string): string[] | undefined => {
    const named = (JSON.parse(readFileSync(join(directory, file), 'utf8')) as Record<string, object | undefined>)[
      field
    ];
    return named && Object.keys(named);
  };
  return {
    intents: listed(join('packs', `${pack}.json`), 'intents'),
    desires: listed('desires.json', 'desires') ?? [],
    emotions,
  };
}
