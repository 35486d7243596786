/* watchdog.c: it ends the process when a loop with messages in hand stands still and the database
 * answers, and in no other case. The thread and the exit are the real ones, in a child process; the
 * time between two looks and the database are ours. */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/watchdog.h"
#include "unit.h"

/* It fires after EVERY_MS * LOOKS = 200 ms; the loop lasts three times as long. */
enum { EVERY_MS = 10, LOOKS = 20, LOOP_MS = 600, TELL_MS = 5 };

static bool yes(const struct config *c)
{
    (void) c;
    return true;
}

static bool no(const struct config *c)
{
    (void) c;
    return false;
}

/* The loop of `run`, as the watchdog sees it, in a child. */
static pid_t start_loop(bool in_hand, bool moves, bool (*database_answers)(const struct config *))
{
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid > 0)
        return pid;
    dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
    struct watchdog_rules rules = {EVERY_MS, LOOKS, database_answers};
    struct watchdog *w = watchdog_new(NULL, &rules);
    for (int i = 0; i < LOOP_MS / TELL_MS; i++) {
        watchdog_tell(w, in_hand, moves ? i : 1);
        usleep(TELL_MS * 1000);
    }
    watchdog_free(w);
    _exit(0);
}

static int code_of(pid_t pid)
{
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(test_fires)
{
    ck_assert_int_eq(code_of(start_loop(true, false, yes)), WATCHDOG_EXIT);
}
END_TEST

START_TEST(test_lets_be)
{
    pid_t moves = start_loop(true, true, yes);
    pid_t idle = start_loop(false, false, yes);
    pid_t database_away = start_loop(true, false, no);
    ck_assert_int_eq(code_of(moves), 0);
    ck_assert_int_eq(code_of(idle), 0);
    ck_assert_int_eq(code_of(database_away), 0);
}
END_TEST

/* A process that was stopped has not been stuck: looks count, not the clock. */
START_TEST(test_stopped)
{
    pid_t pid = start_loop(true, true, yes);
    usleep(100 * 1000);
    kill(pid, SIGSTOP);
    usleep(3 * EVERY_MS * LOOKS * 1000);
    kill(pid, SIGCONT);
    ck_assert_int_eq(code_of(pid), 0);
}
END_TEST

START_TEST(test_rules)
{
    ck_assert_int_eq(watchdog_rules.every_ms * watchdog_rules.looks, 300 * 1000);
    ck_assert_ptr_nonnull(watchdog_rules.database_answers);
}
END_TEST

UNIT_SUITE(watchdog_suite, "watchdog", test_fires, test_lets_be, test_stopped, test_rules)
UNIT_MAIN(watchdog_suite)
