import type { MetricDefinition } from './definition';
import { dimensions } from './dimensions';
import { efficiency } from './efficiency';
import { rules } from './rules';
import { volume } from './volume';

export type { MetricDefinition } from './definition';

/** The whole dictionary, in the order in which it is read: rules, dimensions, then view by view. */
export const metricDefinitions: readonly MetricDefinition[] = [...rules, ...dimensions, ...volume, ...efficiency];
