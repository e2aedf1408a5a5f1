/** Registers of National Semiconductor's PC16550D, "Register Addresses". */
export const REGISTER = {
  data: 0,
  interruptEnable: 1,
  interruptIdentOrFifo: 2,
  lineControl: 3,
  modemControl: 4,
  lineStatus: 5,
  modemStatus: 6,
  scratch: 7,
};

export const IER_RECEIVED = 0x01;
export const IER_TRANSMIT_EMPTY = 0x02;
export const IER_LINE_STATUS = 0x04;

export const IIR_NONE = 0x01;
export const IIR_TRANSMIT_EMPTY = 0x02;
export const IIR_RECEIVED = 0x04;
export const IIR_LINE_STATUS = 0x06;
export const IIR_RECEIVE_TIMEOUT = 0x0c;
export const IIR_FIFOS_ENABLED = 0xc0;

export const FCR_ENABLE = 0x01;
export const FCR_CLEAR_RECEIVE = 0x02;
export const FCR_CLEAR_TRANSMIT = 0x04;

export const LCR_DIVISOR_LATCH = 0x80;

export const MCR_LOOPBACK = 0x10;
export const MCR_OUT2 = 0x08;

export const LSR_DATA_READY = 0x01;
export const LSR_OVERRUN = 0x02;
export const LSR_TRANSMIT_EMPTY = 0x60;

/** Clear to send, data set ready and carrier detect: the other end is always there. */
export const MODEM_CONNECTED = 0xb0;

export const FIFO_BYTES = 16;
export const RECEIVE_TRIGGERS = [1, 4, 8, 14] as const;
/** Kept when the outside takes nothing. Larger than the FIFO that we claim: a kernel console writes on after 10 ms of waiting. */
export const HELD_BYTES = 4096;
