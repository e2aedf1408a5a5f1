import { expect, test } from 'vitest';
import { containerImageView } from '../../testing/container-view.ts';
import { imageOf, imageTitle, withTag } from './image-references.ts';

const busybox = containerImageView('busybox:latest');
const local = containerImageView('127.0.0.1:5000/web:1', { names: ['127.0.0.1:5000/web:1', 'web:1'] });
const images = { [busybox.id]: busybox, [local.id]: local };

test.for([
  ['busybox', 'busybox:latest'],
  ['127.0.0.1:5000/web', '127.0.0.1:5000/web:latest'],
  ['debian:13', 'debian:13'],
  ['a@sha256:00', 'a@sha256:00'],
] as const)('%s stands for %s', ([reference, full]) => {
  expect(withTag(reference)).toBe(full);
});

test('an image is found by each of its names, long or short, and by its digest', () => {
  expect(imageOf('busybox', images)).toBe(busybox);
  expect(imageOf('docker.io/library/busybox', images)).toBe(busybox);
  expect(imageOf('web:1', images)).toBe(local);
  expect(imageOf(local.id, images)).toBe(local);
  expect(imageOf('web', images)).toBeUndefined();
});

test('an image without a name is called by the beginning of its digest', () => {
  expect(imageTitle({ names: [], id: `sha256:${'ab'.repeat(32)}` })).toBe('sha256:abababababab…');
});
