package dev.latchkey.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFileTest {
    private static final List<Charset> ENCODINGS =
            List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE);

    @TempDir
    private Path folder;

    @Test
    void read_encodingsWithAMark_areReadWithoutIt() throws IOException {
        for (Charset encoding : ENCODINGS) {
            assertThat(read("\ufeffa: Zürich\r\n".getBytes(encoding)))
                    .as(encoding.name())
                    .isEqualTo("a: Zürich\r\n");
        }
    }

    @Test
    void read_encodingsWithoutAMark_areRead() throws IOException {
        for (Charset encoding : ENCODINGS) {
            assertThat(read("1:abc".getBytes(encoding))).as(encoding.name()).isEqualTo("1:abc");
        }
        for (String text : List.of("", "a", "ab")) {
            assertThat(read(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(text);
        }
    }

    @Test
    void read_bytesThatAreNoText_areRefusedByName() {
        for (byte[] bytes :
                List.of(new byte[] {(byte) 0xFF}, new byte[] {'a', (byte) 0xC3}, new byte[] {'a', 0, 'b'})) {
            assertThatThrownBy(() -> read(bytes))
                    .isInstanceOf(IOException.class)
                    .hasMessageEndingWith(": neither UTF-8 nor UTF-16");
        }
    }

    @Test
    void reader_sameText_isTheSame() throws IOException {
        for (Charset encoding : ENCODINGS) {
            for (String mark : List.of("", "\ufeff")) {
                byte[] bytes = (mark + "x\nZürich").getBytes(encoding);
                StringWriter text = new StringWriter();
                TextEncoding.reader(new ByteArrayInputStream(bytes)).transferTo(text);
                assertThat(text).as(encoding.name()).hasToString("x\nZürich");
            }
        }
    }

    private String read(byte[] bytes) throws IOException {
        return TextFile.read(Files.write(folder.resolve("file"), bytes));
    }
}
