/**
 * Where things stand in the picture of a network: the gateway above, the switch as a bar below it that grows with its
 * ports, and the guests beside it, on both sides where there is room.
 */
export interface PictureLayout {
  readonly width: number;
  readonly height: number;
  readonly columns: 1 | 2;
  /** Middle of the spine of outside world, gateway and switch. */
  readonly spineX: number;
  readonly worldY: number;
  readonly gatewayY: number;
  readonly switchTop: number;
  readonly switchBottom: number;
  readonly guests: readonly GuestPlace[];
}

export interface GuestPlace {
  readonly x: number;
  readonly y: number;
  /** Where its line leaves the switch and where it enters the guest's box. */
  readonly from: number;
  readonly to: number;
}

export const GUEST_WIDTH = 184;
export const GUEST_HEIGHT = 52;
export const SWITCH_WIDTH = 56;
export const GATEWAY_WIDTH = 216;
export const GATEWAY_HEIGHT = 52;
const ROW = 72;
const MARGIN = 4;
const LEAST_LINE = 84;
const MOST_LINE = 220;
const TWO_COLUMNS = 2 * (GUEST_WIDTH + LEAST_LINE + MARGIN) + SWITCH_WIDTH;

/** @param width of the picture in CSS pixels */
export function pictureLayout(width: number, guests: number, internal: boolean): PictureLayout {
  const columns = width >= TWO_COLUMNS ? 2 : 1;
  const worldY = 22;
  const gatewayY = internal ? GATEWAY_HEIGHT / 2 + 8 : 118;
  const switchTop = gatewayY + GATEWAY_HEIGHT / 2 + 40;
  const rows = Math.max(1, Math.ceil(guests / columns));
  const switchBottom = switchTop + rows * ROW;
  const spineX = columns === 2 ? width / 2 : Math.max(GATEWAY_WIDTH / 2, SWITCH_WIDTH / 2) + MARGIN;
  const room =
    columns === 2
      ? width / 2 - SWITCH_WIDTH / 2 - GUEST_WIDTH - MARGIN
      : width - spineX - SWITCH_WIDTH / 2 - GUEST_WIDTH - MARGIN;
  const line = Math.min(MOST_LINE, Math.max(24, room));
  return {
    width,
    height: switchBottom + 16,
    columns,
    spineX,
    worldY,
    gatewayY,
    switchTop,
    switchBottom,
    guests: Array.from({ length: guests }, (_, index) => {
      const left = columns === 2 && index % 2 === 0;
      const y = switchTop + (Math.floor(index / columns) + 0.5) * ROW;
      const side = left ? -1 : 1;
      const from = spineX + side * (SWITCH_WIDTH / 2);
      const to = from + side * line;
      return { x: left ? to - GUEST_WIDTH : to, y, from, to };
    }),
  };
}
