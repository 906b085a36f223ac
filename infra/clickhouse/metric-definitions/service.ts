import { agentStatus, agentTime } from './service-agents';
import { backlog } from './service-backlog';
import { conversations, responses } from './service-responses';
import { sentiment, surveys } from './service-surveys';

/** Dictionary of the service metrics: agents' time, responses, backlog, surveys and sentiment. */
export const service = [
  ...agentTime,
  ...agentStatus,
  ...conversations,
  ...responses,
  ...backlog,
  ...surveys,
  ...sentiment,
];
