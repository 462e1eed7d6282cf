package dev.latchkey.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.text.EntryList.Entry;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EntryListTest {
    @TempDir
    Path dir;

    @Test
    void of_blankLinesAndComments_areNoEntries() {
        assertThat(EntryList.of("\uFEFF# who\r\n  a:1 \n\n \t\nb:2,c:3\r  # d:4\n\n"))
                .containsExactly(new Entry(2, "a:1"), new Entry(5, "b:2"), new Entry(5, "c:3"));
        assertThat(EntryList.of("")).isEmpty();
        assertThat(EntryList.of("\uFEFF\n#a\n")).isEmpty();
    }

    @Test
    void of_nothingBesideAComma_isAnEmptyEntry() {
        assertThat(EntryList.of("a,,b,")).extracting(Entry::text).containsExactly("a", "", "b", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE"})
    void read_byteOrderMark_sameEntries(String charset) throws IOException {
        Path file = Files.write(dir.resolve("list"), "\uFEFFa\r\nb\r\n".getBytes(Charset.forName(charset)));

        assertThat(EntryList.of(EntryList.read(file))).containsExactly(new Entry(1, "a"), new Entry(2, "b"));
    }

    @Test
    void read_bytesThatAreNoText_spoilTheirOwnLineOnly() throws IOException {
        byte[] latin1 = "# Müller\na\nü\nb\n".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(EntryList.of(EntryList.read(Files.write(dir.resolve("list"), latin1))))
                .extracting(Entry::text)
                .containsExactly("a", "\uFFFD", "b");
    }

    @Test
    void read_folderOrNothing_isNamed() {
        assertThatThrownBy(() -> EntryList.read(dir)).hasMessage(dir + ": is a directory");
        assertThatThrownBy(() -> EntryList.read(dir.resolve("x"))).hasMessage(dir.resolve("x") + ": no such file");
    }
}
