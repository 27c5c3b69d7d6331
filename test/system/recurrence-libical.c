/*
 * What libical makes of recurrence rules: reads lines of a start and a rule, writes a line of instances for each, at most thirty, or why
 * there are none. Every rule is expanded in a process of its own, for some crash it and some keep it busy for ever.
 */
#include <libical/ical.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static void expand(const char *start, const char *rule) {
  struct icalrecurrencetype parsed = icalrecurrencetype_from_string(rule);
  icalrecur_iterator *iterator = icalrecur_iterator_new(parsed, icaltime_from_string(start));
  if (iterator == NULL) {
    printf("none: it refuses such rules (%s)\n", icalerror_strerror(icalerrno));
    return;
  }
  struct icaltimetype next;
  for (int count = 0; count < 30 && !icaltime_is_null_time(next = icalrecur_iterator_next(iterator)); count++) {
    printf("%s%s", count > 0 ? " " : "", icaltime_as_ical_string(next));
  }
  printf("\n");
}

int main(void) {
  static char line[8192];
  const struct itimerval limit = {.it_value = {.tv_usec = 100000}};
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = 0;
    char *rule = strchr(line, ' ');
    if (rule == NULL) return 1;
    *rule++ = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
      setitimer(ITIMER_VIRTUAL, &limit, NULL);
      expand(line, rule);
      fflush(stdout);
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) {
      printf("none: %s\n", WTERMSIG(status) == SIGVTALRM ? "it does not come to an end" : "it crashes");
    }
  }
  return 0;
}
