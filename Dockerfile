# The image of both processes, and of the command line: docker build -t latchkey . && docker run --rm latchkey --help
#
# It runs as a user without a name, and with a read-only root file system, no /tmp and no capability.

FROM maven:3.9.16-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
# The same command as in the launcher, ./latchkey.
RUN --mount=type=cache,target=/root/.m2/repository \
    mvn -B -ntp -Dstyle.color=never -Dmaven.test.skip=true -pl cli -am package
# Netty would unpack these into /tmp, and without one go on without epoll: no Unix sockets, and slower.
WORKDIR /src/cli/target/native
RUN for jar in ../lib/netty-transport-native-epoll-*-linux-*.jar; do \
      jar --extract --file "$jar" META-INF/native || exit 1; \
    done && \
    mv META-INF/native/*_transport_native_epoll_*.so . && \
    rm -r META-INF

FROM eclipse-temurin:25.0.4_7-jre-noble
COPY --from=build /src/cli/target/lib /opt/latchkey/lib
COPY --from=build /src/cli/target/native /opt/latchkey/native
COPY --from=build /src/cli/target/latchkey-cli.jar /opt/latchkey/
COPY --from=build /src/cli/src/main/jvm/sidecar.options /opt/latchkey/
# A JVM notes what a sidecar's start takes; all later ones start in half the time. Its options have to be theirs.
RUN java @/opt/latchkey/sidecar.options \
    --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -Djava.library.path=/opt/latchkey/native -Xmx256m -XX:AOTCacheOutput=/opt/latchkey/sidecar.aot \
    -cp /opt/latchkey/latchkey-cli.jar dev.latchkey.cli.Main train
ENV MALLOC_ARENA_MAX=2
# Settings are variables, or a file here: --config latchkey.yaml. policy.yaml is expected here too.
WORKDIR /etc/latchkey
USER 10001:10001
EXPOSE 9191 9192 9193 9194
# Half of the container's memory is heap; the rest is for buffers, code and threads. More options: JDK_JAVA_OPTIONS.
ENTRYPOINT ["java", \
    "-Xlog:disable", "-Xlog:all=warning:stderr", "@/opt/latchkey/sidecar.options", "-XX:AOTCache=/opt/latchkey/sidecar.aot", \
    "-XX:MaxRAMPercentage=50", \
    "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", \
    "-Djava.library.path=/opt/latchkey/native", \
    "-cp", "/opt/latchkey/latchkey-cli.jar", "dev.latchkey.cli.Main"]
CMD ["--help"]
