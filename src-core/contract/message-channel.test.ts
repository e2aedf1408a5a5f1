import { messageChannelSuite } from './message-channel.suite.ts';
import { channelPair } from './testing/channel-pair.ts';

messageChannelSuite('in memory', () => Promise.resolve(channelPair()));
