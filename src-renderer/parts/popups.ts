/**
 * Where tooltips, menus and popovers are drawn: above everything else, and inside a landmark of the page, as everything
 * that a screen reader reads should be.
 */
export const popups: HTMLElement | null = document.getElementById('popups');
