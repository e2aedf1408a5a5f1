import { expect, test } from 'vitest';
import { subnetProblem } from './subnet.ts';

const networks = [{ name: 'default', subnet: '10.86.0.0/24' }];

test.for(['', '  ', '10.87.0.0/24', '172.31.0.0/16', '192.168.7.8/29'])(
  '“%s” is a subnet for a new network',
  (text) => {
    expect(subnetProblem(text, networks)).toBeUndefined();
  },
);

test.for([
  ['10.87.0.0', /Write a subnet as/],
  ['10.87.0.256/24', /0 to 255/],
  ['10.0.0.0/8', /16 to 29 bits/],
  ['10.87.0.0/30', /16 to 29 bits/],
  ['10.87.0.5/24', /is 10\.87\.0\.0\/24/],
  ['172.32.0.0/16', /Only private/],
  ['8.8.8.0/24', /Only private/],
  ['10.86.0.0/16', /Network default has 10\.86\.0\.0\/24/],
  ['10.86.0.128/25', /Network default has/],
] as const)('what is wrong with %s is said as it is typed', ([text, problem]) => {
  expect(subnetProblem(text, networks)).toMatch(problem);
});
