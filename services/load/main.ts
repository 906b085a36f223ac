import { runService } from '../lib/run';
import { startLoad } from './load';
import { loadSettings } from './settings';

void runService('load', loadSettings, process.env, startLoad);
