/**
 * The metrics of agents' time, responses, backlog, surveys and sentiment once more, without SQL and with nothing from
 * services or infra: what the views must agree with to the millisecond. Times are epoch ms.
 */
export { type AgentLeg, type Plan, recomputeAgentTime } from './service-agents';
export { recomputeBacklog, recomputeBacklogDaily } from './service-backlog';
export { businessClock, dayAfter, localDay, type OpeningHours, startOfDay, wallClock } from './service-clocks';
export { recomputeConversations } from './service-conversations';
export { recomputeResponses } from './service-daily';
export { dayMs, type ServiceEvent, type StatusClass } from './service-events';
export { recomputeResponseLevels } from './service-levels';
export { recomputeScores, recomputeShifts, recomputeSurveys, type ServedLeg } from './service-surveys';
