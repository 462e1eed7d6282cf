package dev.latchkey.ops;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only request of a connection, and its response. The response is written as soon as the request head has arrived.
 * The rest of the request is read and discarded, since closing a socket with unread data resets the connection and can
 * lose the response.
 *
 * <p>Confined to the event loop of the connection.
 */
final class OpsExchange extends SimpleChannelInboundHandler<HttpObject> {
    private static final Logger log = LoggerFactory.getLogger(OpsExchange.class);
    private static final long LIFE_SECONDS = 10;
    /** The time that the client has to read the response and to close the connection. */
    private static final long LINGER_SECONDS = 2;

    private static final String SCHEME = "http://";

    private final SocketChannel channel;
    private final OpsPages pages;
    private boolean asked;
    private boolean answered;

    OpsExchange(SocketChannel channel, OpsPages pages) {
        this.channel = channel;
        this.pages = pages;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) throws Exception {
        closeAfter(LIFE_SECONDS);
        super.channelActive(context);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
        if (!asked && message instanceof HttpRequest request) {
            asked = true;
            answer(context, request);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        // A client that has shut down its output might still read: a pending response closes the connection when
        // it is written.
        if (event instanceof ChannelInputShutdownEvent && (answered || !asked)) {
            close();
        }
        super.userEventTriggered(context, event);
    }

    /** Closes the connection after an I/O error, such as a reset by the client, or an error of the codec. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        log.debug("connection of {} closed: {}", channel.remoteAddress(), cause.toString());
        close();
    }

    private void answer(ChannelHandlerContext context, HttpRequest request) {
        OpsPages.Page page = page(request);
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(page.status()),
                Unpooled.copiedBuffer(page.body(), StandardCharsets.UTF_8));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, page.type())
                .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (page.status() == HttpResponseStatus.METHOD_NOT_ALLOWED.code()) {
            response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
        }
        context.writeAndFlush(response).addListener((ChannelFutureListener) written -> {
            answered = true;
            if (!written.isSuccess() || channel.isInputShutdown()) {
                close();
            } else {
                var unused = channel.shutdownOutput();
                closeAfter(LINGER_SECONDS);
            }
        });
    }

    private OpsPages.Page page(HttpRequest request) {
        Throwable fault = request.decoderResult().cause();
        if (fault instanceof TooLongHttpLineException) {
            return error(HttpResponseStatus.REQUEST_URI_TOO_LONG);
        } else if (fault instanceof TooLongHttpHeaderException) {
            return error(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE);
        } else if (fault != null) {
            return error(HttpResponseStatus.BAD_REQUEST);
        } else if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            return error(HttpResponseStatus.METHOD_NOT_ALLOWED);
        }
        try {
            return pages.at(path(request.uri()));
        } catch (RuntimeException e) {
            log.error("{} cannot be shown", path(request.uri()), e);
            return error(HttpResponseStatus.INTERNAL_SERVER_ERROR);
        }
    }

    private static OpsPages.Page error(HttpResponseStatus status) {
        return new OpsPages.Page(status.code(), OpsPages.TEXT, status.reasonPhrase() + "\n");
    }

    /** Returns the path of a request target in origin form or absolute form (RFC 9112 section 3.2). */
    private static String path(String target) {
        String path = target;
        if (path.startsWith(SCHEME)) {
            int slash = path.indexOf('/', SCHEME.length());
            path = slash < 0 ? "/" : path.substring(slash);
        }
        int query = path.indexOf('?');
        return query < 0 ? path : path.substring(0, query);
    }

    private void close() {
        var unused = channel.close();
    }

    private void closeAfter(long seconds) {
        Future<?> close = channel.eventLoop().schedule(this::close, seconds, TimeUnit.SECONDS);
        channel.closeFuture().addListener(closed -> close.cancel(false));
    }
}
