#include <unistd.h>
struct pair { int first; long second; };
__attribute__((noinline)) long work(const struct pair *p) {
  __asm__ volatile("" ::: "memory");
  return p->first + p->second;
}
int main(void) {
  for (int i = 0; i < 300; ++i) {
    struct pair p = {i, 1000 + i};
    work(&p);
    usleep(10000);
  }
  return 0;
}
