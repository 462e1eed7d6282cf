package dev.latchkey.server.authz;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.latchkey.answer.IdentityHeaders;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * A parser that reads the bytes of one CheckRequest and keeps only the fields that a decision needs. It follows the
 * rules of Protocol Buffers: the last occurrence of a singular field counts, repeated occurrences of a message are
 * merged, and unknown fields are skipped. The generated classes would create an object for each of some forty fields,
 * of which a decision needs six.
 *
 * <p>This class is not thread-safe; an instance reads one message.
 */
final class CheckReader {
    private static final int TEXT = WireFormat.WIRETYPE_LENGTH_DELIMITED;
    private static final int ATTRIBUTES = CheckRequest.ATTRIBUTES_FIELD_NUMBER << 3 | TEXT;
    private static final int REQUEST = AttributeContext.REQUEST_FIELD_NUMBER << 3 | TEXT;
    private static final int EXTENSIONS = AttributeContext.CONTEXT_EXTENSIONS_FIELD_NUMBER << 3 | TEXT;
    private static final int HTTP = AttributeContext.Request.HTTP_FIELD_NUMBER << 3 | TEXT;
    private static final int METHOD = HttpRequest.METHOD_FIELD_NUMBER << 3 | TEXT;
    private static final int HEADERS = HttpRequest.HEADERS_FIELD_NUMBER << 3 | TEXT;
    private static final int PATH = HttpRequest.PATH_FIELD_NUMBER << 3 | TEXT;
    private static final int HOST = HttpRequest.HOST_FIELD_NUMBER << 3 | TEXT;
    private static final int HEADER_MAP = HttpRequest.HEADER_MAP_FIELD_NUMBER << 3 | TEXT;
    private static final int LINES = HeaderMap.HEADERS_FIELD_NUMBER << 3 | TEXT;
    /**
     * The field numbers of a HeaderValue; the entries of a map such as {@code headers} and {@code context_extensions}
     * have the same two.
     */
    private static final int KEY = HeaderValue.KEY_FIELD_NUMBER << 3 | TEXT;

    private static final int VALUE = HeaderValue.VALUE_FIELD_NUMBER << 3 | TEXT;
    private static final int RAW_VALUE = HeaderValue.RAW_VALUE_FIELD_NUMBER << 3 | TEXT;

    private final byte[] message;
    private final CodedInputStream in;
    private final IdentityHeaders identity;

    private HeaderFacts headers;
    private boolean hasHeaderMap;
    private String method = "";
    private String path = "";
    private String host = "";
    private Map<String, String> extensions = Map.of();
    /** The bounds of key, value and raw value of the entry that is being read, as offsets into the message. */
    private int keyStart;

    private int keyEnd;
    private int valueStart;
    private int valueEnd;
    private int rawStart;
    private int rawEnd;

    /** A reader of the fields of one message type; returns whether it has read the field. */
    private interface Fields {
        boolean take(CheckReader reader, int tag) throws IOException;
    }

    private CheckReader(byte[] message, IdentityHeaders identity) {
        this.message = message;
        this.in = CodedInputStream.newInstance(message);
        this.identity = identity;
        this.headers = new HeaderFacts(message, identity);
    }

    /**
     * Reads a whole message.
     *
     * @throws InvalidProtocolBufferException if {@code message} is not a CheckRequest
     */
    static CheckReader read(byte[] message, IdentityHeaders identity) throws InvalidProtocolBufferException {
        CheckReader reader = new CheckReader(message, identity);
        try {
            reader.each(CheckReader::ofMessage);
        } catch (InvalidProtocolBufferException e) {
            throw e;
        } catch (IOException e) {
            throw new InvalidProtocolBufferException(e);
        }
        return reader;
    }

    /** Returns the headers in {@code header_map} if it is present, else those in {@code headers}. */
    HeaderFacts headers() {
        return headers;
    }

    String method() {
        return method;
    }

    String path() {
        return path;
    }

    String host() {
        return host;
    }

    /** Returns the {@code context_extensions}. */
    Map<String, String> extensions() {
        return extensions;
    }

    private boolean ofMessage(int tag) throws IOException {
        return tag == ATTRIBUTES && inside(CheckReader::ofAttributes);
    }

    private boolean ofAttributes(int tag) throws IOException {
        return tag == REQUEST ? inside(CheckReader::ofRequest) : tag == EXTENSIONS && extension();
    }

    private boolean ofRequest(int tag) throws IOException {
        return tag == HTTP && inside(CheckReader::ofHttp);
    }

    private boolean ofHttp(int tag) throws IOException {
        switch (tag) {
            case METHOD -> method = in.readStringRequireUtf8();
            case PATH -> path = in.readStringRequireUtf8();
            case HOST -> host = in.readStringRequireUtf8();
            case HEADERS -> header();
            case HEADER_MAP -> headerMap();
            default -> {
                return false;
            }
        }
        return true;
    }

    private void headerMap() throws IOException {
        if (!hasHeaderMap) {
            // header_map takes precedence: entries of headers that were read before are discarded.
            hasHeaderMap = true;
            headers = new HeaderFacts(message, identity);
        }
        inside(CheckReader::ofHeaderMap);
    }

    private boolean ofHeaderMap(int tag) throws IOException {
        if (tag != LINES) {
            return false;
        }
        entry();
        if (rawStart < rawEnd) {
            headers.raw(keyStart, keyEnd, rawStart, rawEnd);
        } else {
            headers.raw(keyStart, keyEnd, valueStart, valueEnd);
        }
        return true;
    }

    private void header() throws IOException {
        entry();
        if (!hasHeaderMap) {
            headers.header(keyStart, keyEnd, valueStart, valueEnd);
        }
    }

    private boolean extension() throws IOException {
        entry();
        if (extensions.isEmpty()) {
            extensions = new HashMap<>();
        }
        extensions.put(utf8(keyStart, keyEnd), utf8(valueStart, valueEnd));
        return true;
    }

    private void entry() throws IOException {
        keyStart = 0;
        keyEnd = 0;
        valueStart = 0;
        valueEnd = 0;
        rawStart = 0;
        rawEnd = 0;
        inside(CheckReader::ofEntry);
    }

    private boolean ofEntry(int tag) throws IOException {
        switch (tag) {
            case KEY -> {
                keyStart = skipText();
                keyEnd = in.getTotalBytesRead();
            }
            case VALUE -> {
                valueStart = skipText();
                valueEnd = in.getTotalBytesRead();
            }
            case RAW_VALUE -> {
                rawStart = skipText();
                rawEnd = in.getTotalBytesRead();
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Skips a text and returns its start. */
    private int skipText() throws IOException {
        int length = in.readRawVarint32();
        int start = in.getTotalBytesRead();
        in.skipRawBytes(length);
        return start;
    }

    /** Returns the text between two offsets. Protocol Buffers require every string to be UTF-8. */
    private String utf8(int start, int end) throws InvalidProtocolBufferException {
        String text = new String(message, start, end - start, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0) {
            throw new InvalidProtocolBufferException("text that is not UTF-8");
        }
        return text;
    }

    private boolean inside(Fields fields) throws IOException {
        int outer = in.pushLimit(in.readRawVarint32());
        each(fields);
        in.popLimit(outer);
        return true;
    }

    private void each(Fields fields) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (!fields.take(this, tag) && !in.skipField(tag)) {
                throw new InvalidProtocolBufferException("the end of a group that has not begun");
            }
        }
    }
}
