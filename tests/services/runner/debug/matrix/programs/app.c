#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static int total_of(const int *prices, int count) {
  int total = 0;
  for (int i = 0; i < count; i++) {
    int price = prices[i];
    total += price; /* mark: add */
  }
  return total; /* mark: total */
}

static int basic(void) {
  int prices[3] = {1, 2, 39};
  int total = total_of(prices, 3); /* mark: call */
  printf("total %d\n", total); /* mark: after */
  return 3;
}

static int down(int n) {
  if (n == 0)
    return 0; /* mark: bottom */
  return 1 + down(n - 1);
}

static int deep(void) { return down(1000) - 1000; }

static int next_of(int n) {
  int next = n + 1;
  return next;
}

static int calls(void) {
  int n = 0;
  while (n < 200)
    n = next_of(n);
  return n - 200; /* mark: called */
}

static int many(void) {
  int items[10000];
  for (int n = 0; n < 10000; n++)
    items[n] = 2 * n;
  return items[1] - 2; /* mark: many */
}

static int text(void) {
  const char *name = "žluť 🐎 中文";
  static char buffer[100001];
  memset(buffer, 'x', 100000);
  const char *huge = buffer;
  int délka = 7;
  return name[0] == huge[0] && délka; /* mark: text */
}

static int fails(void) {
  int *nowhere = NULL; /* mark: doomed */
  return *nowhere; /* mark: fails */
}

static pthread_barrier_t gate, done;

static void *work(void *number) {
  pthread_barrier_wait(&gate);
  pthread_barrier_wait(&done);
  return number;
}

static int threads(void) {
  pthread_t workers[3];
  pthread_barrier_init(&gate, NULL, 4);
  pthread_barrier_init(&done, NULL, 4);
  for (int n = 0; n < 3; n++)
    pthread_create(&workers[n], NULL, work, NULL);
  pthread_barrier_wait(&gate);
  usleep(50000);
  int met = 4; /* mark: threads */
  pthread_barrier_wait(&done);
  for (int n = 0; n < 3; n++)
    pthread_join(workers[n], NULL);
  return met - 4;
}

static int child(void) {
  pid_t pid = fork();
  if (pid == 0) {
    puts("child"); /* mark: child */
    exit(0);
  }
  waitpid(pid, NULL, 0);
  puts("parent");
  return 0;
}

static int echo(void) {
  char line[100] = "";
  if (fgets(line, sizeof line, stdin) == NULL)
    return 1;
  printf("read %s", line);
  return 0;
}

static volatile int turns = 0;

static int spin(void) {
  puts("spins");
  fflush(stdout);
  while (turns >= 0)
    turns = (turns + 1) % 1000; /* mark: spin */
  return 0;
}

static int dies(void) {
  raise(SIGTERM);
  return 0;
}

static jmp_buf landing;

static void raises(void) { longjmp(landing, 1); }

static int caught(void) {
  if (setjmp(landing) == 0)
    raises(); /* mark: throws */
  int after = 0; /* mark: caught */
  return after;
}

static volatile int handled = 0;

static void handle(int number) { handled = number; }

static int handles(void) {
  signal(SIGUSR2, handle);
  raise(SIGUSR2);
  printf("handled %d\n", handled == SIGUSR2);
  return 0;
}

static int one(int price) {
  int prices[1] = {price};
  return total_of(prices, 1);
}

static int forks(void) {
  pid_t pid = fork();
  if (pid == 0)
    _exit(one(5));
  int status = 0;
  waitpid(pid, &status, 0);
  printf("child %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
  return 0;
}

static int execs(void) {
  execl("/proc/self/exe", "app", "basic", NULL);
  return 98;
}

static int daemonizes(void) {
  if (fork() > 0)
    return 0;
  setsid();
  if (fork() == 0)
    sleep(600);
  _exit(0);
}

static int closes(void) {
  for (int fd = 0; fd < 3; fd++)
    close(fd);
  return one(9);
}

static int traces(void) {
  pid_t pid = fork();
  if (pid == 0) {
    if (ptrace(PTRACE_ATTACH, getppid(), 0, 0) == 0) {
      waitpid(getppid(), NULL, 0);
      ptrace(PTRACE_DETACH, getppid(), 0, 0);
    }
    _exit(0);
  }
  waitpid(pid, NULL, 0);
  printf("traced %d\n", ptrace(PTRACE_TRACEME, 0, 0, 0) <= 0);
  fflush(stdout);
  return one(4);
}

static int aborts(void) { abort(); }

static int waits(void) {
  puts("waits");
  fflush(stdout);
  sleep(600);
  return 0;
}

int main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "";
  if (strcmp(name, "basic") == 0) return basic();
  if (strcmp(name, "deep") == 0) return deep();
  if (strcmp(name, "calls") == 0) return calls();
  if (strcmp(name, "many") == 0) return many();
  if (strcmp(name, "text") == 0) return text();
  if (strcmp(name, "fails") == 0) return fails();
  if (strcmp(name, "threads") == 0) return threads();
  if (strcmp(name, "child") == 0) return child();
  if (strcmp(name, "echo") == 0) return echo();
  if (strcmp(name, "spin") == 0) return spin();
  if (strcmp(name, "dies") == 0) return dies();
  if (strcmp(name, "waits") == 0) return waits();
  if (strcmp(name, "leave") == 0) return atoi(argv[2]);
  if (strcmp(name, "caught") == 0) return caught();
  if (strcmp(name, "handles") == 0) return handles();
  if (strcmp(name, "forks") == 0) return forks();
  if (strcmp(name, "execs") == 0) return execs();
  if (strcmp(name, "daemonizes") == 0) return daemonizes();
  if (strcmp(name, "closes") == 0) return closes();
  if (strcmp(name, "traces") == 0) return traces();
  if (strcmp(name, "aborts") == 0) return aborts();
  return 99;
}
