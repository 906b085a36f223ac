import { runService } from '../lib/run';
import { startSessionize } from './service';
import { sessionizeSettings } from './settings';

runService('sessionize', sessionizeSettings, process.env, (settings, log, tracing) =>
  startSessionize(settings, log, undefined, tracing),
);
