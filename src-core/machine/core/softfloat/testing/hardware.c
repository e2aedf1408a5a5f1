/*
 * Floating point as an x86-64 processor does it, for comparison with softfloat. Usage: hardware OPERATION COUNT SEED.
 * Writes COUNT records of five little-endian 64-bit words: a, b, c, result, and rounding mode | flags << 8.
 * SSE agrees with RISC-V in detecting tininess after rounding; it has no round-to-nearest-ties-to-magnitude, so modes
 * run from 0 to 3. Answers 77 where the processor cannot serve as an oracle.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if !defined(__x86_64__)
int main(void) { return 77; }
#else

typedef uint64_t u64;
typedef uint32_t u32;
enum { NX = 1, UF = 2, OF = 4, DZ = 8, NV = 16 };

/* MXCSR with all exceptions masked and none raised, for a RISC-V rounding mode. */
static const u32 CONTROL[4] = {0x1f80, 0x7f80, 0x3f80, 0x5f80};

/* Runs one instruction on x with control and flags set around it. */
#define UNDER(instruction, ...)                                                                                      \
  __asm__ volatile("ldmxcsr %[control]\n\t" instruction "\n\tstmxcsr %[status]" __VA_ARGS__)
#define BINARY(instruction)                                                                                          \
  UNDER(instruction " %[b], %[x]", : [x] "+x"(x), [status] "=m"(status) : [b] "x"(b), [control] "m"(control))
#define UNARY(instruction)                                                                                           \
  UNDER(instruction " %[a], %[x]", : [x] "=x"(x), [status] "=m"(status) : [a] "x"(a), [control] "m"(control))
#define FUSED(instruction)                                                                                           \
  UNDER(instruction " %[b], %[a], %[x]", : [x] "+x"(x), [status] "=m"(status)                                        \
        : [a] "x"(a), [b] "x"(b), [control] "m"(control))
#define TO_INTEGER(instruction, place)                                                                               \
  UNDER(instruction " %[a], %" place "[n]", : [n] "=r"(n), [status] "=m"(status) : [a] "x"(a), [control] "m"(control))
#define FROM_INTEGER(instruction, place)                                                                             \
  UNDER(instruction " %" place "[n], %[x]", : [x] "=x"(x), [status] "=m"(status) : [n] "r"(n), [control] "m"(control))
#define COMPARE(instruction, condition)                                                                              \
  UNDER(instruction " %[b], %[a]\n\tset" condition " %b[n]\n\tsetnp %b[m]", : [n] "=&q"(n), [m] "=&q"(m),             \
        [status] "=m"(status) : [a] "x"(a), [b] "x"(b), [control] "m"(control) : "cc")

static u64 state;

static u64 random64(void) {
  u64 z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* Fractions of few ones or zeros, and random ones; exponents in groups whose sums and products meet the limits. */
static u64 operand(int width) {
  int bits = width == 32 ? 23 : 52, bias = width == 32 ? 127 : 1023;
  u64 choice = random64(), fraction = random64();
  int middle[8] = {bias, bias, bias, 0, bias / 2, bias + bias / 2, 2 * bias, (int)(random64() % (2 * bias + 2))};
  int exponent = middle[choice & 7] + (int)((choice >> 3) % 121) - 60;
  if ((choice >> 10 & 3) == 0) exponent = middle[choice & 7] + (int)((choice >> 12) % 5) - 2;
  if (exponent < 0) exponent = 0;
  if (exponent > 2 * bias + 1) exponent = 2 * bias + 1;
  u64 one = (u64)1 << (fraction >> 8) % (bits + 1), two = (u64)1 << (fraction >> 16) % (bits + 1);
  switch (choice >> 20 & 3) {
    case 0: fraction = one | two; break;
    case 1: fraction = one - two; break;
    case 2: fraction = ~(one | two); break;
  }
  fraction &= ((u64)1 << bits) - 1;
  return (choice >> 30 & 1) << (width - 1) | (u64)exponent << bits | fraction;
}

/* Integers of every length, near powers of two. */
static u64 integer(int width) {
  u64 choice = random64(), n = random64() >> (choice & 63);
  u64 one = (u64)1 << (choice >> 6 & 63), two = (u64)1 << (choice >> 12 & 63), step = (choice >> 18 & 3) - 1;
  if (choice >> 20 & 1) n = one + two + step;
  if (choice >> 21 & 1) n = 0 - n;
  return width == 32 ? (u32)n : n;
}

static u32 flagsOf(u32 status) {
  return (status & 1 ? NV : 0) | (status & 4 ? DZ : 0) | (status & 8 ? OF : 0) | (status & 16 ? UF : 0) |
         (status & 32 ? NX : 0);
}

static int isNaN32(u64 a) { return (u32)(a << 1) > 0xff000000u; }
static int isNaN64(u64 a) { return a << 1 > 0xffe0000000000000u; }
static float f32(u64 bits) { u32 low = (u32)bits; float x; memcpy(&x, &low, 4); return x; }
static double f64(u64 bits) { double x; memcpy(&x, &bits, 8); return x; }
static u64 bits32(float x) { u32 bits; memcpy(&bits, &x, 4); return isNaN32(bits) ? 0x7fc00000u : bits; }
static u64 bits64(double x) { u64 bits; memcpy(&bits, &x, 8); return isNaN64(bits) ? 0x7ff8000000000000u : bits; }

/* Arithmetic and comparison of one width: name of the operation, operands, mode; result and flags. */
#define DEFINE_FORMAT(W, TYPE, S)                                                                                    \
  static int arithmetic##W(const char *name, u64 A, u64 B, u64 C, u32 control, u64 *result, u32 *flags) {            \
    TYPE a = f##W(A), b = f##W(B), x = a;                                                                            \
    u32 status = 0;                                                                                                  \
    unsigned char n = 0, m = 0;                                                                                      \
    if (!strcmp(name, "add")) BINARY("adds" S);                                                                      \
    else if (!strcmp(name, "sub")) BINARY("subs" S);                                                                 \
    else if (!strcmp(name, "mul")) BINARY("muls" S);                                                                 \
    else if (!strcmp(name, "div")) BINARY("divs" S);                                                                 \
    else if (!strcmp(name, "sqrt")) UNARY("sqrts" S);                                                                \
    else if (!strcmp(name, "fma")) {                                                                                 \
      x = f##W(C);                                                                                                   \
      FUSED("vfmadd231s" S);                                                                                         \
    } else if (!strcmp(name, "eq")) COMPARE("ucomis" S, "e");                                                        \
    else if (!strcmp(name, "lt")) COMPARE("comis" S, "b");                                                           \
    else if (!strcmp(name, "le")) COMPARE("comis" S, "be");                                                          \
    else return 0;                                                                                                   \
    int compares = name[1] != 'u' && (name[0] == 'e' || name[0] == 'l');                                             \
    *result = compares ? (u64)(n & m) : bits##W(x);                                                                  \
    *flags = flagsOf(status);                                                                                        \
    /* The one difference: x86 keeps quiet about infinity times zero plus a quiet NaN. */                            \
    if (!strcmp(name, "fma") && isNaN##W(C) && !isNaN##W(A) && !isNaN##W(B) && isNaN##W(bits##W(a * b)))             \
      *flags |= NV;                                                                                                  \
    return 1;                                                                                                        \
  }                                                                                                                  \
  static int64_t toInteger##W(const char *type, u64 A, u32 control, u32 *flags) {                                    \
    TYPE a = f##W(A);                                                                                                \
    u32 status = 0;                                                                                                  \
    int64_t n, wide = type[0] == 'i' && type[1] == '6';                                                              \
    /* 32-bit destinations by way of 64 bits: only the range is left to look at. */                                  \
    TO_INTEGER("cvts" S "2si", "q");                                                                                 \
    int64_t high = wide ? INT64_MAX : type[0] == 'i' ? INT32_MAX : UINT32_MAX;                                       \
    int64_t low = wide ? INT64_MIN : type[0] == 'i' ? INT32_MIN : 0;                                                 \
    *flags = flagsOf(status);                                                                                        \
    int invalid = *flags & NV || n < low || n > high;                                                                \
    if (invalid) *flags = NV;                                                                                        \
    return !invalid ? n : isNaN##W(A) || !(A >> (W - 1)) ? high : low;                                               \
  }                                                                                                                  \
  static u64 fromInteger##W(u64 A, int twosComplement, int width, u32 control, u32 *flags) {                         \
    TYPE x;                                                                                                          \
    u32 status = 0;                                                                                                  \
    int64_t n = width == 64 ? (int64_t)A : twosComplement ? (int32_t)A : (int64_t)(u32)A;                            \
    FROM_INTEGER("cvtsi2s" S "q", "q");                                                                              \
    *flags = flagsOf(status);                                                                                        \
    return bits##W(x);                                                                                               \
  }

DEFINE_FORMAT(32, float, "s")
DEFINE_FORMAT(64, double, "d")

static u64 between(int widening, u64 A, u32 control, u32 *flags) {
  u32 status = 0;
  u64 result;
  if (widening) {
    float a = f32(A);
    double x;
    UNARY("cvtss2sd");
    result = bits64(x);
  } else {
    double a = f64(A);
    float x;
    UNARY("cvtsd2ss");
    result = bits32(x);
  }
  *flags = flagsOf(status);
  return result;
}

/* Fills a record's result and flags; 0 when there is no such operation. */
static int compute(const char *name, u64 *record, u32 control, u32 *flags) {
  int width = name[1] == '6' ? 64 : 32;
  const char *rest = name + 4;
  if (strstr(name, "f32_to_f64") || strstr(name, "f64_to_f32")) {
    record[3] = between(width == 32, record[0], control, flags);
  } else if (!strncmp(rest, "to_f", 4)) {
    u64 (*convert)(u64, int, int, u32, u32 *) = rest[4] == '6' ? fromInteger64 : fromInteger32;
    record[3] = convert(record[0], name[0] == 'i', width, control, flags);
  } else if (!strncmp(rest, "to_", 3)) {
    int64_t (*convert)(const char *, u64, u32, u32 *) = width == 64 ? toInteger64 : toInteger32;
    record[3] = (u64)convert(rest + 3, record[0], control, flags);
    if (rest[4] == '3') record[3] = (u32)record[3];
  } else {
    int (*arithmetic)(const char *, u64, u64, u64, u32, u64 *, u32 *) = width == 64 ? arithmetic64 : arithmetic32;
    return arithmetic(rest, record[0], record[1], record[2], control, &record[3], flags);
  }
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 4) return 64;
  if (!__builtin_cpu_supports("fma")) return 77;
  const char *name = argv[1];
  int width = name[1] == '6' ? 64 : 32, fromInteger = name[0] != 'f';
  state = strtoull(argv[3], NULL, 0);
  for (long left = strtol(argv[2], NULL, 0); left > 0; left--) {
    u64 record[5];
    for (int i = 0; i < 3; i++) record[i] = fromInteger ? integer(width) : operand(width);
    /* Now and then a sum that nearly cancels. */
    u64 choice = random64();
    if (!fromInteger && (choice & 15) == 0) record[1] = record[0] ^ (choice >> 4 & 7) ^ (choice >> 8 & 1) << (width - 1);
    if (!fromInteger && (choice & 15) == 1) {
      u64 product = width == 64 ? bits64(f64(record[0]) * f64(record[1])) : bits32(f32(record[0]) * f32(record[1]));
      record[2] = product ^ (choice >> 4 & 7) ^ (u64)1 << (width - 1);
    }
    u32 rm = choice >> 32 & 3, flags;
    if (!compute(name, record, CONTROL[rm], &flags)) return 65;
    record[4] = rm | (u64)flags << 8;
    fwrite(record, sizeof record, 1, stdout);
  }
  return 0;
}
#endif
