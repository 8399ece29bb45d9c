// SharedTests
