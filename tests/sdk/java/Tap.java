import com.azure.storage.queue.models.QueueStorageException;
import java.util.Objects;

/** Results in the form that node's runner prints too. */
final class Tap {
    private static int tests = 0;
    private static int failures = 0;

    private Tap() {}

    interface Test {
        void show() throws Exception;
    }

    static void test(String sentence, Test test) {
        tests++;
        try {
            test.show();
            System.out.printf("ok %d - %s%n", tests, sentence);
        } catch (Exception | AssertionError problem) {
            failures++;
            System.out.printf("not ok %d - %s%n  %s%n", tests, sentence, problem.toString().replace("\n", "\n  "));
            for (StackTraceElement frame : problem.getStackTrace()) {
                if (frame.getClassName().indexOf('.') < 0 && !frame.getClassName().startsWith("Tap")) {
                    System.out.printf("  at %s:%d%n", frame.getFileName(), frame.getLineNumber());
                }
            }
        }
    }

    static void skip(String sentence, String reason) {
        tests++;
        System.out.printf("ok %d - %s # SKIP %s%n", tests, sentence, reason);
    }

    static void finish() {
        System.exit(failures == 0 ? 0 : 1);
    }

    static void equal(Object actual, Object expected) {
        if (!Objects.equals(actual, expected)) {
            throw new AssertionError(brief(actual) + " is not " + brief(expected));
        }
    }

    private static String brief(Object value) {
        String text = String.valueOf(value);
        return text.length() > 500 ? text.substring(0, 500) + "... (" + text.length() + " characters)" : text;
    }

    /** The call's answer has to be the service's error with this status and code. */
    static void refused(int status, String code, Test call) throws Exception {
        try {
            call.show();
        } catch (QueueStorageException answer) {
            equal(answer.getStatusCode() + " " + answer.getErrorCode(), status + " " + code);
            return;
        }
        throw new AssertionError("not refused with " + status + " " + code);
    }
}
