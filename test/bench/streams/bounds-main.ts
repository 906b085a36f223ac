/** The real service with counts and bounds only: a contender beside Kafka Streams. */
import { runService } from '../../../services/lib/run';
import { startSessionize } from '../../../services/sessionize/service';
import { sessionizeSettings } from '../../../services/sessionize/settings';
import { countsAndBounds } from './bounds';

runService('sessionize', sessionizeSettings, process.env, (settings, log) =>
  startSessionize(settings, log, countsAndBounds),
);
