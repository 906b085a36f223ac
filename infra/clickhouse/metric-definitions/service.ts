import type { MetricDefinition } from './definition';
import { agentStatus, agentTime } from './service-agents';
import { backlog } from './service-backlog';
import { conversations, responses } from './service-responses';
import { sentiment, surveys } from './service-surveys';
import { textModels, voice } from './service-voice';

/** Dictionary of the service metrics: agents' time, responses, backlog, surveys, sentiment and what customers say. */
export const service: MetricDefinition[] = [
  ...agentTime,
  ...agentStatus,
  ...conversations,
  ...responses,
  ...backlog,
  ...surveys,
  ...sentiment,
  ...voice,
  ...textModels,
];
