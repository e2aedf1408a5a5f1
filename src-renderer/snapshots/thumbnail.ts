import type { Screen } from '../../src-core/contract/snapshots.ts';

/** A terminal's letters are about half as wide as they are high. */
const CELL_RATIO = 0.6;
/** Below this, letters are a grey mist: then only the left part of a wide terminal is drawn. */
const LEAST_CELL_PX = 2;
/** Rows of air at the picture's edges. */
const MARGIN_PX = 4;

export interface ThumbnailLayout {
  readonly fontPx: number;
  readonly lineHeightPx: number;
  readonly lines: readonly string[];
}

/** The lines that are drawn and how large; what does not fit is left out at the right and at the top. */
export function thumbnailLayout(screen: Screen, widthPx: number, heightPx: number): ThumbnailLayout {
  const cellPx = Math.max(LEAST_CELL_PX, (widthPx - 2 * MARGIN_PX) / screen.columns);
  const fontPx = cellPx / CELL_RATIO;
  const lineHeightPx = fontPx * 1.2;
  const fitting = Math.max(1, Math.floor((heightPx - 2 * MARGIN_PX) / lineHeightPx));
  const columns = Math.ceil((widthPx - 2 * MARGIN_PX) / cellPx);
  const written = screen.lines.findLastIndex((line) => line.trim() !== '') + 1;
  const lines = screen.lines.slice(Math.max(0, written - fitting), written).map((line) => line.slice(0, columns));
  return { fontPx, lineHeightPx, lines };
}

/** Draws the layout into a picture of the given size in CSS pixels. */
export function drawThumbnail(
  canvas: HTMLCanvasElement,
  { fontPx, lineHeightPx, lines }: ThumbnailLayout,
  color: string,
): void {
  const scale = window.devicePixelRatio;
  const { clientWidth, clientHeight } = canvas;
  canvas.width = Math.round(clientWidth * scale);
  canvas.height = Math.round(clientHeight * scale);
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(scale, scale);
  context.font = `${fontPx}px ${getComputedStyle(canvas).fontFamily}`;
  context.textBaseline = 'top';
  context.fillStyle = color;
  for (const [index, line] of lines.entries()) context.fillText(line, MARGIN_PX, MARGIN_PX + index * lineHeightPx);
}
