export { stoppedMachine as machineView } from '../../src-core/contract/testing/stopped-machine.ts';
