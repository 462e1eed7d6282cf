package dev.latchkey.server.feed;

import static dev.latchkey.server.feed.CanaryWatch.Verdict.DOUBTFUL;
import static dev.latchkey.server.feed.CanaryWatch.Verdict.FINE;
import static dev.latchkey.server.feed.CanaryWatch.Verdict.MISSED;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CanaryWatchTest {
    private final CanaryWatch watch = new CanaryWatch();

    @Test
    void look_writtenAndPushed_isFine() {
        assertThat(look(1000)).isEqualTo(FINE);
        watch.pushed();
        assertThat(look(2000)).isEqualTo(FINE);
        assertThat(look(2000)).isEqualTo(FINE);
    }

    @Test
    void look_writtenAndNotPushed_isADoubtAndThenAMiss() {
        assertThat(look(1000)).isEqualTo(FINE);

        assertThat(look(2000)).isEqualTo(DOUBTFUL);
        assertThat(look(2000)).isEqualTo(MISSED);
    }

    /** As Redis does it if it was busy when both the writing and the question arrived. */
    @Test
    void look_pushComesRightAfterTheAnswer_isFine() {
        assertThat(look(1000)).isEqualTo(FINE);

        assertThat(look(2000)).isEqualTo(DOUBTFUL);
        watch.pushed();
        assertThat(look(2000)).isEqualTo(FINE);
        assertThat(look(3000)).isEqualTo(DOUBTFUL);
    }

    @Test
    void look_askedBeforeTheDoubt_doesNotSettleIt() {
        assertThat(look(1000)).isEqualTo(FINE);
        CanaryWatch.Doubt before = watch.doubt();

        assertThat(look(2000)).isEqualTo(DOUBTFUL);
        assertThat(watch.look(2000, before)).isEqualTo(DOUBTFUL);
        assertThat(look(2000)).isEqualTo(MISSED);
    }

    /** The push that came while a heartbeat was under way is not counted again for the next canary. */
    @Test
    void look_pushBetweenQuestionAndAnswer_doesNotHideTheNextMiss() {
        assertThat(look(1000)).isEqualTo(FINE);
        CanaryWatch.Doubt sent = watch.doubt();
        watch.pushed();
        assertThat(watch.look(2000, sent)).isEqualTo(FINE);

        assertThat(look(3000)).isEqualTo(DOUBTFUL);
        assertThat(look(3000)).isEqualTo(MISSED);
    }

    @Test
    void look_firstCanaryEver_mustBePushedAsWell() {
        assertThat(look(0)).isEqualTo(FINE);
        assertThat(look(1000)).isEqualTo(DOUBTFUL);
        watch.pushed();
        assertThat(look(1000)).isEqualTo(FINE);
    }

    private CanaryWatch.Verdict look(long writtenAt) {
        return watch.look(writtenAt, watch.doubt());
    }
}
