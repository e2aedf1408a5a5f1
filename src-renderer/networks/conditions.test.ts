import { expect, test } from 'vitest';
import { linkConditionsSchema } from '../../src-core/contract/networks.ts';
import { conditionsText, draftOf, PRESETS, presetOf, readDraft } from './conditions.ts';

test.for(PRESETS)('the preset $name is what a service takes, and is known again', (preset) => {
  expect(linkConditionsSchema.parse(preset.conditions)).toEqual(preset.conditions);
  expect(presetOf(preset.conditions)).toBe(preset);
  expect(readDraft(draftOf(preset.conditions))).toEqual({ conditions: preset.conditions, problems: {} });
});

test('conditions are told in few words, and perfect ones in none', () => {
  expect(conditionsText({ delayMs: 20, lossPercent: 1.5, bitsPerSecond: 16_000_000 })).toBe(
    '20 ms delay, 1.5 % lost, 16 Mbit/s',
  );
  expect(conditionsText({ delayMs: 0, lossPercent: 0, bitsPerSecond: null })).toBeNull();
});

test('each field tells what it cannot be', () => {
  expect(readDraft({ delay: '-1', loss: 'x', rate: '0' })).toEqual({
    conditions: null,
    problems: { delay: '0 to 10000 ms', loss: '0 to 100 %', rate: '0.008 to 100000 Mbit/s, or empty' },
  });
  expect(readDraft({ delay: '', loss: '0', rate: '' }).problems).toEqual({ delay: '0 to 10000 ms' });
  expect(readDraft({ delay: '0', loss: '0,5', rate: '' }).conditions?.lossPercent).toBe(0.5);
});
