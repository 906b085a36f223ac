import { chains } from './chains';
import type { MetricDefinition } from './definition';
import { dimensions } from './dimensions';
import { efficiency } from './efficiency';
import { handling } from './handling';
import { journeys } from './journeys';
import { opportunities } from './opportunities';
import { queues } from './queues';
import { rules } from './rules';
import { service } from './service';
import { responseLevels } from './service-levels';
import { volume } from './volume';
import { waits } from './waits';

export type { MetricDefinition } from './definition';

/** The whole dictionary, in the order in which it is read: rules, dimensions, then view by view. */
export const metricDefinitions: readonly MetricDefinition[] = [
  ...rules,
  ...dimensions,
  ...volume,
  ...efficiency,
  ...queues,
  ...waits,
  ...handling,
  ...chains,
  ...journeys,
  ...opportunities,
  ...service,
  ...responseLevels,
];
