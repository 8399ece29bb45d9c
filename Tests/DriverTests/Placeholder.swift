// DriverTests
