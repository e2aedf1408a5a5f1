/** What the host gives: see CoreImports in ../core-interface.ts. */

@external("host", "mmioRead")
export declare function mmioRead(physicalAddress: u32, size: u32): u32;

@external("host", "mmioWrite")
export declare function mmioWrite(physicalAddress: u32, size: u32, value: u32): void;

@external("host", "time")
export declare function hostTime(): f64;

@external("host", "debugConsoleWrite")
export declare function debugConsoleWrite(address: usize, length: u32): u32;

@external("host", "debugConsoleRead")
export declare function debugConsoleRead(address: usize, length: u32): u32;

@external("host", "systemReset")
export declare function systemReset(type: u32, reason: u32): void;

@external("host", "wakeHart")
export declare function wakeHart(hart: u32): void;
