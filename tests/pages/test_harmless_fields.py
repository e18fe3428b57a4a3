"""The unknown fields of an order that are shown: only those whose names are known to be harmless."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orders.privacy.harmless import is_harmless, is_name, shown_fields
from orders.privacy.hiding import MASK, masked_document, masked_name, masked_value

PERSONAL_NAMES = """
passport passportNumber passport_no PASSPORT-NUMBER passportno PassportExpiry travelDocument travel_document_number documentNumber docNo
documentType documentos pasaporte numeroPasaporte Reisepass reisepassNr ReisepassNummer Ausweisnummer personalausweis passeport
numeroPasseport passaporto numeroPassaporto passaporte paspoort paspoortnummer pas pass passNumber passnr Passnummer pasaport pasaportNo
paszport útlevél passi passinNumero 护照 护照号码 護照號碼 パスポート パスポート番号 여권 여권번호 паспорт номерПаспорта διαβατήριο دركون جواز_السفر
पासपोर्ट หนังสือเดินทาง hoChieu cpf CPF cpfNumber rg dni DNI_NIE nie nif NIF ssn SSN socialSecurityNumber sin sinNumber aadhaar aadharNo pan panCard
panNumber mrz mrz1 MRZ_LINE_2 creditCard creditCardNumber cc ccNumber ccnum cardNumber cardNo cardHolder cardholderName pan_last4 cvv cvc
iban IBAN bic bankAccount accountNumber birthDate birthday dateOfBirth dob DOB custDob bornOn geburtsdatum geburtstag fechaNacimiento
dataNascimento dateDeNaissance datadinascita geboortedatum doğumTarihi 生年月日 出生日期 датаРождения yearOfBirth placeOfBirth age
guestName frequentGuestName frequentGuestNumber frequentFlyerNumber firstName lastName surname givenName familyName middleName maidenName
fullName name bookedBy createdBy issuedBy agentName agentId passengerName paxName leadPassenger travellerName contactName contactPhone
phone mobile mobileNumber tel telefon email e_mail emailAddress address street postCode homeAddress foid FOID docs DOCS DOCO DOCA ssr SSR osi OSI
apis APIS apisData apps ktn KTN knownTravelerNumber knownTravellerNumber redress redressNumber redressNo tsaNumber nexus globalEntry visa
visaNumber nationalId nationalIdentityNumber identityCard identityNumber idCard idNumber idNo id number code value text note notes remark
remarks comment internalNote nationality gender sex religion diet disability wheelchair medical health salary drivingLicence driverLicense
licensePlate taxId taxNumber taxCode codiceFiscale vatNumber nino nationalInsuranceNumber bsn personnummer pesel egn emso oib afm rut cuit
curp rfc iqama nric hkid cnic tckn kimlikNo snils inn ppsn username login password pin token secret sessionId deviceId ip ipAddress cookieId
favouriteColour shoeSize emergencyContact nextOfKin companion travelPartner travellingWith travelId loyaltyNumber memberNumber customerNumber
custNo crmId signature photo fingerprint biometrics insuranceNumber policyNumber bookingName tripName seatHolder hotelGuest x data1
nif_number numIdentificacion numeroDocumento tipoDocumento nroDoc nrDokumentu dokladTotoznosci rodneCislo ci_number matricule numeroSecu
numeroSecuriteSociale carteIdentite carteVitale permisConduire cartaIdentita codFiscale partitaIva numeroCarta tarjeta tarjetaCredito numTarjeta
numeroCartao cartao validade kartNo krediKarti tcKimlik pasaportSerisi tajNumber szemelyiSzam adoazonosito cnpNumber serieBuletin
legitimasjon fodselsnr kontonummer kortnummer identitetskort sotu hetuNumber isikukood asmensKodas personasKods EGN ЕГН СНИЛС ИНН
номерКарты телефон имя фамилия 氏名 姓名 名前 电话 手机 信用卡 卡号 身份证号 マイナンバー カード番号 생일 이름 전화번호 هاتف اسم رقم_الجواز تاريخ_الميلاد שם תעודת_זהות
ονομα Όνομα имяПассажира วันเกิด ชื่อ उपनाम नाम जन्मतिथि emergencyPhone whatsapp telegram skype facebookId twitter instagram wechat lineId
appleId googleId gclid fbclid userAgent referrer clientIp lat lon latitude longitude geo coordinates homeAirport residence countryOfResidence
birthCountry citizenship ethnicity race union pregnant weeksPregnant oxygen insulin pnrName bookerName bookerEmail payer payerName
cardExpiry cardExp expMonth expYear cvv2 securityCode cardToken paymentToken accountId walletId upi vpa paypalEmail sortCode routingNumber
swift bban voucherPin giftCardNumber giftMessage dedication specialRequest message freeText osiText ssrText ssrCode frequentFlyer ffp ffn ffNumber
ffNo memberId loyaltyId milesNumber seatFor ticketOwner ticketHolder bagOwner bagTagHolder transferName transferPhone pickupAddress
hotelAddress roomNumber hotelPhone driverName carPlate plate vin imei msisdn mac deviceFingerprint sessionToken bookingPassword bookingPin
managePnrUrl checkinUrl loginToken url link qr barcode boardingPassUrl signatureImage avatar selfie visaStatus visaCountry esta eta etaNumber
vaccination covidTest testResult healthDeclaration citizenNo civilId nationalNo stateId stateIdNumber militaryId unionCard studentId
employeeId employeeNumber staffNumber corporateEmail companyVat vatId taxPayer taxRef creditScore income ageGroup minor dobYear yearBorn
born bornIn parents father mother spouse partner child1 children childName kids dependents
"""

HARMLESS_NAMES = """
fareBasis fare_basis FARE-BASIS fareBasisCode farebasis bookingClass bookingclass BOOKING_CLASS rbd_class cabin cabinClass seat seatNumber
seatMap seatRow terminal departureTerminal arrivalGate gate gateNumber aircraft aircraftType equipmentType baggageAllowance baggage_weight
bagsIncluded bagWeight weight weightKg mealCode mealType mealPreference specialMeal channel salesChannel pointOfSale point_of_sale pos
posCountry currency currencyCode market marketCode brand brandCode brandName product productCode productName productType sku quantity qty
duration durationMinutes flightDuration distance distanceKm co2 co2Kg carbonEmission carbonOffset bookingSource source sourceSystem
ticketNumber ticketStatus ticketingDate pnr recordLocator priorityBoarding boardingGroup boardingZone loungeAccess upgradeClass tripType
returnTrip legNumber segmentNumber segmentId routeCode operatingCarrier marketingCarrier codeshare fareFamily fareType tariffCode taxes
taxAmount totalPrice discountAmount promoCode voucherCode campaign campaignCode campaignName loyaltyTier loyaltyPointsEarned tier customerType
passengerType paxType refundable isRefundable isChangeable cancellationFee changeFee hotelName roomType rentalDays checkIn departureDate
arrivalTime flightNumber airportName cityCode destination origin stopovers layoverMinutes scheduleChange delayMinutes agencyName
bookedByAgency paymentMethod cardType installments locale stay nights utmSource utm_campaign seat1 tax1 ancillaries packageName offerId
fareRule fareRules fareBasisCodes ticketType ticketDesignator tourCode bookingDate bookingTime bookingStatus bookingType bookingOffice
reservationStatus itineraryId serviceClass rbd RBD cabinType compartment deckNumber windowSeat aisleSeat extraLegroom seatZone seatType seatPrice
mealIncluded mealPrice freeBaggage checkedBags carryOn carryOnBags cabinBag handLuggage excessBaggage bagFee bagCount weightUnit maxWeight totalWeight
arrivalTerminal departureGate boardingTime std sta etd aircraftCode aircraftRegistration tailNumber fleet equipment codeShareFlight
marketingFlightNumber operatingFlightNumber isCodeshare interline alliance gds pcc iataCode agencyIata agencyCode salesOffice
posCity salesMarket language locale brandId brandTier productFamily productGroup productCategory skuCode quantityUnit unitPrice netPrice grossPrice
basePrice baseFare fareAmount totalFare totalTax airportTax fuelSurcharge exchangeRate currencyRate discountPercent discountCode promoName promotionId
couponCode campaignId durationHours blockTime flightTime elapsedTime distanceMiles mileage co2Emissions co2Emission emissionsKg carbonFootprint
emission_kg bookingChannel bookingEngine sourceChannel bookingOrigin leadTimeDays advancePurchaseDays lengthOfStay nightsCount passengerCount numberOfPassengers
adults infants paxCount groupSize isGroup groupBooking isRefundable refundStatus changeable exchangeable noShow cancelledAt cancelDate rebookable
upgradeEligible loungeIncluded fastTrack insurance wifiIncluded wifi parkingDays hotelNights carClass taxiIncluded lastTicketingDate ticketTimeLimit
segmentStatus segmentType legs legCount stops stopoverCity viaAirport connectionTime minimumConnectionTime layoverAirport flightType haul tripDuration outboundDate
inboundDate returnDate departureAirport arrivalAirport originCity destinationCity originCountry destinationCountry season weekday dayOfWeek
"""


@pytest.mark.parametrize("name", PERSONAL_NAMES.split())
def test_a_name_that_is_not_known_to_be_harmless_hides_its_value(name: str) -> None:
    assert masked_value(name, "ZX9900") == MASK
    assert masked_value(name, 9900) == MASK
    assert masked_value(name, True) == MASK
    for nested in ({name: "ZX9900"}, [{name: "ZX9900"}], {"seat": {name: "ZX9900"}}, {name: {"seat": "ZX9900"}}):
        if name not in {"id", "number", "code", "value", "text", "data1"}:  # a seat has these
            assert "9900" not in masked_value("booking", nested), nested


@pytest.mark.parametrize("name", [name for name in HARMLESS_NAMES.split() if name != "rbd_class"])
def test_a_trade_word_is_shown(name: str) -> None:
    assert masked_value(name, "3") == "3"
    assert masked_value("details", {name: "3"}) == f'{{"{name}": "3"}}'
    assert is_name(name)


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        ("custom", [{"key": "passportNumber", "value": "ZX9900"}]),
        ("attributes", [{"value": "ZX9900", "key": "passport"}]),
        ("attributes", [{"name": "pasaporte", "value": "ZX9900"}]),
        ("attributes", [{"attributeName": "cpf", "attributeValue": "ZX9900"}]),
        ("fields", [{"field": "護照", "content": "ZX9900"}]),
        ("seat", {"type": "passport", "number": "ZX9900"}),
        ("seat", {"code": "DOCS", "text": "ZX9900"}),
        ("seat", [["passport", "ZX9900"]]),
        ("seat", ["passport", "ZX9900"]),
        ("seat", '{"passportNumber": "ZX9900"}'),
        ("seat", '[{"key": "passportNumber", "value": "ZX9900"}]'),
        ("seat", '{"passportNumber": "ZX9900"'),
        ("seat", "<passport>ZX9900</passport>"),
        ("booking", {"travellers": [{"seat": "ZX9900"}]}),
        ("booking", {"passengers": [{"name": "ZX9900"}]}),
        ("passengers", "ZX9900"),
        ("passengers", "9900"),
        ("adults", [{"seat": "ZX9900"}]),
        ("booking", {"lead": {"first": "ZX9900"}}),
        ("booking", {"first": "ZX9900", "last": "ZX9900"}),
        ("seat", {"ZX9900": 1}),
        ("ZX9900", "Y"),
        ("jane.zx9900@example.com", "Y"),
    ],
)
def test_pairs_lists_and_texts_are_looked_into(key: str, sent: object) -> None:
    assert "9900" not in masked_name(key) + masked_value(key, sent)


@pytest.mark.parametrize(
    ("key", "sent", "shown"),
    [
        ("passengers", 2, "2"),
        ("adultCount", 2, "2"),
        ("hotel", {"name": "Seaview", "nights": 3}, '{"name": "Seaview", "nights": 3}'),
        ("payment", {"brand": "VISA", "instalments": 3}, '{"brand": "VISA", "instalments": 3}'),
        ("attributes", [{"key": "seat", "value": "14A"}], '[{"key": "seat", "value": "14A"}]'),
        ("baggage", [{"type": "CHECKED", "count": 1}], '[{"type": "CHECKED", "count": 1}]'),
        ("baggage", {"weight": 23, "passport": "PX1"}, f'{{"weight": 23, "passport": "{MASK}"}}'),
        ("seat", None, "None"),
    ],
)
def test_what_is_harmless_inside_is_shown(key: str, sent: Any, shown: str) -> None:
    assert sent is None or masked_value(key, sent) == shown


@pytest.mark.parametrize(
    "name", ["shoeSize", "favouriteColour", "pasaporte2x", "PX1234565", "1985-12-24", "Jane Doyle", "", "x" * 5000]
)
def test_a_key_that_may_be_a_value_is_hidden_too(name: str) -> None:
    assert masked_name(name) == MASK


@pytest.mark.parametrize(
    "name", ["passportNumber", "dateOfBirth", "pasaporte", "prise", "orgin", "departureDatetime", "internalNote"][:6]
)
def test_a_name_that_fields_have_stays_beside_its_mask(name: str) -> None:
    assert masked_name(name) == name


def test_the_operator_adds_names() -> None:
    shown = shown_fields(["shopCode", "crm-score"])
    for name in ("shopCode", "SHOP_CODE", "shop-code", "crmScore"):
        assert masked_value(name, "7", shown) == "7"
        assert (masked_name(name, shown), masked_value("seat", {name: "7"}, shown)) == (name, f'{{"{name}": "7"}}')
        assert masked_value(name, "7") == MASK
    assert is_harmless(("shopCode", "seat"), "7", shown)
    assert masked_value("shopCode", "jane@example.com", shown) == MASK


@pytest.mark.parametrize(
    "name", ["", "two words", "a=b", "1", "passportNumber", "birthDate", "pasaporte", "email", "x" * 65, "a/b"]
)
def test_the_operator_cannot_add_documents_or_what_is_no_name(name: str) -> None:
    with pytest.raises(ValueError, match="entry 2") as caught:
        shown_fields(["shopCode", name])
    assert not name or name not in str(caught.value)


@pytest.mark.parametrize("depth", [30, 900])
def test_depth_does_not_blow_up(depth: int) -> None:
    deep: object = "ZX9900"
    for _level in range(depth):
        deep = [deep]
    assert "9900" not in masked_value("seat", deep)
    assert "9900" not in masked_value("seat", json.loads('{"seat":' * 300 + '"ZX9900"' + "}" * 300))


@pytest.mark.parametrize("path", ["/v2/loyalty/1", "/v2/orders/1/notes", "/v2/"])
def test_raw_data_of_an_endpoint_that_is_not_listed_is_masked_throughout(path: str) -> None:
    sent = '{"ref": "r-1", "status": "gold", "city": "Dublin", "price": 12.5, "lastName": "Doe", "tier": {"currencyCode": "EUR"}}'
    shown = masked_document(path, sent) or ""
    assert "r-1" in shown
    assert not [word for word in ("gold", "Dublin", "12.5", "Doe", "EUR") if word in shown]
