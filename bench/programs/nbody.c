/* Five bodies that attract each other: square roots and divisions of doubles. Digits as in matmul-double. */
#include <math.h>
#include <stdio.h>

enum { BODIES = 5, STEPS = 450000 };
struct body { double x, y, z, vx, vy, vz, mass; };
static struct body bodies[BODIES] = {
  { 0, 0, 0, 0, 0, 0, 39.5 },
  { 4.8, -1.2, -0.1, 0.6, 2.8, -0.02, 0.037 },
  { 8.3, 4.1, -0.4, -1.0, 1.8, 0.008, 0.011 },
  { 12.9, -15.1, -0.2, 1.1, 0.9, -0.01, 0.0017 },
  { 15.4, -25.9, 0.2, 1.0, 0.6, -0.03, 0.002 },
};

int main(void) {
  for (int step = 0; step < STEPS; step++) {
    for (int i = 0; i < BODIES; i++) {
      struct body *one = &bodies[i];
      for (int j = i + 1; j < BODIES; j++) {
        struct body *other = &bodies[j];
        double dx = one->x - other->x, dy = one->y - other->y, dz = one->z - other->z;
        double square = dx * dx + dy * dy + dz * dz;
        double part = 0.001 / (square * sqrt(square));
        one->vx -= dx * other->mass * part, one->vy -= dy * other->mass * part, one->vz -= dz * other->mass * part;
        other->vx += dx * one->mass * part, other->vy += dy * one->mass * part, other->vz += dz * one->mass * part;
      }
    }
    for (int i = 0; i < BODIES; i++)
      bodies[i].x += 0.001 * bodies[i].vx, bodies[i].y += 0.001 * bodies[i].vy, bodies[i].z += 0.001 * bodies[i].vz;
  }
  printf("%.6f\n", bodies[0].x + bodies[1].y + bodies[4].z);
}
