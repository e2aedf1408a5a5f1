import { CircleAlert, CirclePlay, CircleStop, LoaderCircle, Moon } from 'lucide-react';
import type { NodeView } from '../../../src-core/contract/containers.ts';
import type { Look } from '../states.ts';

export const NODE_LOOKS: Record<NodeView['state'], Look> = {
  starting: { word: 'Starting', tone: 'changing', icon: LoaderCircle },
  ready: { word: 'Ready', tone: 'running', icon: CirclePlay },
  asleep: { word: 'Asleep', tone: 'paused', icon: Moon },
  stopped: { word: 'Stopped', tone: 'stopped', icon: CircleStop },
  failed: { word: 'Failed', tone: 'failed', icon: CircleAlert },
};
