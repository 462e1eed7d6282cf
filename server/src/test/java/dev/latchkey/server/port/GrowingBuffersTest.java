package dev.latchkey.server.port;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrowingBuffersTest {

    @ParameterizedTest
    @CsvSource({"100, 100", "65536, 65536", "65537, 131072", "131072, 131072", "9000000, 16777216"})
    void buffer_ofThatSize_hasThatCapacity(int asked, int capacity) {
        ByteBuf buffer = GrowingBuffers.INSTANCE.buffer(asked);
        try {
            assertThat(buffer.isDirect()).isTrue();
            assertThat(buffer.capacity()).isEqualTo(capacity);
        } finally {
            buffer.release();
        }
    }

    @Test
    void buffer_withAMaximum_isNoLarger() {
        ByteBuf buffer = GrowingBuffers.INSTANCE.buffer(70_000, 80_000);
        try {
            assertThat(buffer.capacity()).isEqualTo(80_000);
        } finally {
            buffer.release();
        }
    }
}
